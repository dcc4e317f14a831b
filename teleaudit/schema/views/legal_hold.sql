-- Legal holds with the latest day on which somebody looked whether they are still needed: their start where no review is recorded.
-- A review that lies ahead has not been held. An export without such a column has holds that nobody reviewed.
-- order: 30
-- kind: view
SELECT
    t.*,
    greatest(t."start", CASE WHEN t.review_date <= $as_of THEN t.review_date END) AS reviewed_on,
    coalesce(regexp_matches(t._issues, '(^|;)review_date=(unreadable|zero)'), false) AS review_unreadable
FROM export_legal_hold AS t
