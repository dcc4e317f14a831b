-- Quotes, and whether whoever got one ever became a customer.
-- order: 30
-- kind: view
-- quoted_on requires quote.created_at
-- became_customer requires quote.customer_id, agreement.customer_id, subscription.customer_id
SELECT
    t.*,
    t.created_at AS quoted_on,
    s.customer_id IS NOT NULL AS became_customer,
    coalesce(h.held, false) AS exempt_legal_hold,
    coalesce(h.hold_in_doubt, false) AS hold_in_doubt,
    coalesce(h.restricted, false) AS exempt_restricted,
    coalesce(h.restriction_in_doubt, false) AS restriction_in_doubt
FROM export_quote AS t
LEFT JOIN served_customer AS s ON t.customer_id = s.customer_id
LEFT JOIN suspended_customer AS h ON t.customer_id = h.customer_id
