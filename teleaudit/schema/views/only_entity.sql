-- The legal entity of rows that name none: the only one that has financial years, or null when there are several.
-- order: 10
-- kind: table
SELECT CASE WHEN count(DISTINCT legal_entity) = 1 THEN min(legal_entity) END AS legal_entity
FROM export_financial_years
