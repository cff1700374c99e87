-- Remembers that it was written down that one was refused: $1 bucket.
-- params: 1
-- rows: none
UPDATE tenantd.sign_in_failures SET told = true WHERE bucket = $1::text;
