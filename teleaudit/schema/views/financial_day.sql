-- One row per legal entity and day of its financial years: the last day of the financial year that holds the day.
-- A table of years, not one month-day: a changed year (omlaegning) is longer or shorter. Years of more than 600 days are
-- not financial years and are left out.
-- order: 10
-- kind: table
WITH year_day AS (
    SELECT legal_entity, fy_end, unnest(generate_series(fy_start, fy_end, INTERVAL '1' DAY)) AS moment
    FROM export_financial_years
    WHERE fy_end >= fy_start AND date_diff('day', fy_start, fy_end) <= 600
)
SELECT legal_entity, CAST(moment AS DATE) AS day, max(fy_end) AS fy_end
FROM year_day
GROUP BY legal_entity, CAST(moment AS DATE)
