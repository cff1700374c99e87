-- Removes the first of the events, as long as they are older than $1 days; how many. The newest one
-- stays, so that the feed always says how far it is.
-- params: 1
-- rows: one
WITH kept AS (
  SELECT coalesce(
           (SELECT min(e.seq) FROM tenantd.events e
             WHERE e.seq < h.oldest + 10000 AND e.created_at >= now() - make_interval(days => $1::int)),
           least(h.oldest + 10000, h.seq)) AS oldest
    FROM tenantd.event_head h
), moved AS (
  UPDATE tenantd.event_head h SET oldest = k.oldest FROM kept k WHERE k.oldest > h.oldest
), gone AS (
  DELETE FROM tenantd.events e USING kept k WHERE e.seq < k.oldest RETURNING 1
)
SELECT count(*) FROM gone;
