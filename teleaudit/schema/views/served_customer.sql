-- Customers who ever had an agreement or a subscription.
-- order: 10
-- kind: table
SELECT customer_id FROM export_agreement WHERE customer_id IS NOT NULL
UNION
SELECT customer_id FROM export_subscription WHERE customer_id IS NOT NULL
