-- Where unqualified names lead in this transaction.
-- params: 0
-- rows: none
-- idents: schema
SET LOCAL search_path = :"schema";
