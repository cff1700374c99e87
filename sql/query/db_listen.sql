-- params: 0
-- rows: none
-- idents: channel
LISTEN :"channel";
