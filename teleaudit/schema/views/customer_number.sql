-- The numbers that a customer ever had, from the first day to the last, by their eight digits alone; none where one still runs. What lies between
-- two times of the same customer counts as its own.
-- order: 20
-- kind: table
SELECT
    holder AS customer_id,
    phone,
    min(held_from) AS first_day,
    CASE WHEN count(held_to) = count(*) THEN max(held_to) END AS last_day,
    bool_or(end_unreadable) AS end_unreadable
FROM number_holder
WHERE holder IS NOT NULL AND length(phone) = 8
GROUP BY holder, phone
