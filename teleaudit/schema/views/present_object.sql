-- What the current exports hold, by the type and key under which a deletion log names it, with the first day on which it
-- can have been there; the far past where nobody wrote that down. Only records with a key of one column.
-- order: 20
-- kind: view
SELECT object_type, object_key, min(coalesce(first_day, DATE '1900-01-01')) AS first_day
FROM (
    SELECT 'crm_customer' AS object_type, customer_id AS object_key, created_at AS first_day FROM export_crm_customer
    UNION ALL
    SELECT 'crm_contact' AS object_type, contact_id AS object_key, valid_from AS first_day FROM export_crm_contact
    UNION ALL
    SELECT 'crm_interaction' AS object_type, interaction_id AS object_key, CAST("at" AS DATE) AS first_day FROM export_crm_interaction
    UNION ALL
    SELECT 'agreement' AS object_type, agreement_id AS object_key, coalesce(signed_at, valid_from) AS first_day FROM export_agreement
    UNION ALL
    SELECT 'subscription' AS object_type, subscription_id AS object_key, start_date AS first_day FROM export_subscription
    UNION ALL
    SELECT 'pbx_config' AS object_type, config_id AS object_key, created_at AS first_day FROM export_pbx_config
    UNION ALL
    SELECT 'invoice' AS object_type, invoice_id AS object_key, issue_date AS first_day FROM export_invoice
    UNION ALL
    SELECT 'payment' AS object_type, payment_id AS object_key, paid_at AS first_day FROM export_payment
) AS held
WHERE object_key IS NOT NULL
GROUP BY object_type, object_key
