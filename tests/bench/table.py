"""Columns of text."""


def number(value, digits=0):
    if value is None:
        return "-"
    return f"{round(value, digits) + 0.0:,.{digits}f}"  # + 0.0: no sign before a zero


def show(head, rows, left=1):
    """Prints rows under head; the first `left` columns are aligned to the left."""
    lines = [list(map(str, line)) for line in [head, *rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for line in lines:
        cells = [c.ljust(w) if i < left else c.rjust(w) for i, (c, w) in enumerate(zip(line, widths))]
        print("  ".join(cells).rstrip())
    print(flush=True)
