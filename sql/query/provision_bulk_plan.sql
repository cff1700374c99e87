-- Has the session plan its statements anew, those of triggers and foreign keys too: what was planned when there were few
-- tenants reads all of them for each of many.
-- params: 0
-- rows: none
DISCARD PLANS;
