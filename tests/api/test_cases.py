"""The cases in cases/, spoken to the program over FastCGI. lib/cases.py says how they are written."""
from pathlib import Path

import cases
import prism
import pytest

FILES = sorted(Path(__file__).parent.glob("cases/*.case"))
ALL = [case for file in FILES for case in cases.parse(file)]


@pytest.mark.parametrize("case", ALL, ids=lambda c: c.id)
def test_case(case, app, snapshot):
    app.aside = prism.ASIDE.get(case.id)
    cases.run(case, app, snapshot)
