-- Companies that stand under several customer numbers: the same CVR number and the same e-mail address.
-- order: 10
-- kind: table
SELECT cvr, lower(email) AS email
FROM export_crm_customer
WHERE cvr IS NOT NULL AND email IS NOT NULL
GROUP BY cvr, lower(email)
HAVING count(DISTINCT customer_id) > 1
