-- Days on which no period of EU law ends, from 1990 to 2100, each with the working day on which it then ends:
-- Saturdays, Sundays and Danish public holidays. Store bededag was one until 2023. 5 June, 24 and 31 December are free by
-- custom or agreement, not by statute, and are working days here.
-- Easter Sunday is found as Meeus and Butcher teach (Gregorian calendar); a test compares it with dateutil's.
-- Regulation 1182/71 art. 2(1) and 3(4).
-- order: 10
-- kind: table
WITH years AS (
    SELECT unnest(generate_series(1990, 2100)) AS y
),
golden AS (
    SELECT y, y % 19 AS a, y // 100 AS b, y % 100 AS c
    FROM years
),
moon AS (
    SELECT y, a, b % 4 AS e, c, (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30 AS h
    FROM golden
),
week AS (
    SELECT y, a, h, (32 + 2 * e + 2 * (c // 4) - h - c % 4) % 7 AS l
    FROM moon
),
easter AS (
    SELECT y, CAST(make_date(y, 3, 1) + (h + l - 7 * ((a + 11 * h + 22 * l) // 451) + 21) * INTERVAL '1' DAY AS DATE) AS sunday
    FROM week
),
saturday AS (
    SELECT unnest(generate_series(DATE '1990-01-06', DATE '2100-12-31', INTERVAL '7' DAY)) AS moment
),
off AS (
    SELECT CAST(moment AS DATE) AS day FROM saturday
    UNION SELECT CAST(moment + INTERVAL '1' DAY AS DATE) AS day FROM saturday
    UNION SELECT make_date(y, 1, 1) AS day FROM years
    UNION SELECT CAST(sunday - INTERVAL '3' DAY AS DATE) AS day FROM easter
    UNION SELECT CAST(sunday - INTERVAL '2' DAY AS DATE) AS day FROM easter
    UNION SELECT CAST(sunday + INTERVAL '1' DAY AS DATE) AS day FROM easter
    UNION SELECT CAST(sunday + INTERVAL '26' DAY AS DATE) AS day FROM easter WHERE y <= 2023
    UNION SELECT CAST(sunday + INTERVAL '39' DAY AS DATE) AS day FROM easter
    UNION SELECT CAST(sunday + INTERVAL '50' DAY AS DATE) AS day FROM easter
    UNION SELECT make_date(y, 12, 25) AS day FROM years
    UNION SELECT make_date(y, 12, 26) AS day FROM years
),
later AS (
    SELECT o.day, CAST(o.day + s.days * INTERVAL '1' DAY AS DATE) AS candidate
    FROM off AS o
    CROSS JOIN (VALUES (1), (2), (3), (4), (5), (6)) AS s (days) -- the longest run is five days: Maundy Thursday to Easter Monday
)
SELECT l.day, min(l.candidate) AS working_day
FROM later AS l
LEFT JOIN off AS o ON l.candidate = o.day
WHERE o.day IS NULL
GROUP BY l.day
