-- One row per granted and executed request for erasure and place that was searched, or, where something is left there, one
-- row for each record left: in CRM, in the services' systems, in marketing. What came after the erasure is a new relationship
-- and none of its remains; what is anonymised is gone. Accounts, teledata behind an invoice and withdrawn consents (they are
-- proof) may stay and are not searched.
-- order: 40
-- kind: view
-- of: dsar
-- key: dsar_id, found_in, found_key
-- remains_in_crm requires dsar.customer_id, dsar.type, dsar.outcome, dsar.executed_at, crm_customer.customer_id, crm_customer.created_at, crm_contact.customer_id, crm_interaction.customer_id, crm_interaction.at
-- remains_in_services requires dsar.customer_id, dsar.type, dsar.outcome, dsar.executed_at, pbx_config.customer_id, number_assignment.customer_id
-- remains_in_marketing requires dsar.customer_id, dsar.type, dsar.outcome, dsar.executed_at, marketing_send.customer_id, marketing_send.sent_at, consent.customer_id, consent.given_at, consent.withdrawn_at
-- remains_in_crm certain without crm_customer, crm_contact, crm_interaction
-- remains_in_services certain without pbx_config, number_assignment
-- remains_in_marketing certain without marketing_send
-- remains_in_crm doubts dsar.type, dsar.outcome where request_unknown
-- remains_in_services doubts dsar.type, dsar.outcome where request_unknown
-- remains_in_marketing doubts dsar.type, dsar.outcome where request_unknown
WITH request AS (
    SELECT dsar_id, customer_id, executed_at, coalesce(regexp_matches(_issues, '(^|;)(type|outcome)=unknown_word'), false) AS request_unknown, p.place, _file, _line, _issues
    FROM export_dsar
    CROSS JOIN (VALUES ('crm'), ('services'), ('marketing')) AS p (place)
    WHERE (type = 'sletning' OR coalesce(regexp_matches(_issues, '(^|;)type=unknown_word'), false)) AND (outcome = 'imødekommet' OR coalesce(regexp_matches(_issues, '(^|;)outcome=unknown_word'), false)) AND executed_at IS NOT NULL
),
held AS (
    SELECT 'crm' AS place, 'crm_customer' AS found_in, customer_id, customer_id AS found_key, created_at AS since, CAST(NULL AS DATE) AS number_ended
    FROM export_crm_customer
    WHERE anonymised_at IS NULL OR anonymised_at > $as_of
    UNION ALL
    SELECT 'crm' AS place, 'crm_contact' AS found_in, customer_id, contact_id AS found_key, valid_from AS since, CAST(NULL AS DATE) AS number_ended
    FROM export_crm_contact
    UNION ALL
    SELECT 'crm' AS place, 'crm_interaction' AS found_in, customer_id, interaction_id AS found_key, CAST("at" AS DATE) AS since, CAST(NULL AS DATE) AS number_ended
    FROM export_crm_interaction
    UNION ALL
    SELECT 'services' AS place, 'pbx_config' AS found_in, customer_id, config_id AS found_key, created_at AS since, CAST(NULL AS DATE) AS number_ended
    FROM export_pbx_config
    UNION ALL
    SELECT 'services' AS place, 'number_assignment' AS found_in, customer_id, number AS found_key, valid_from AS since, valid_to AS number_ended
    FROM export_number_assignment
    UNION ALL
    SELECT 'marketing' AS place, 'consent' AS found_in, customer_id, consent_id AS found_key, CAST(given_at AS DATE) AS since, CAST(NULL AS DATE) AS number_ended
    FROM export_consent
    WHERE withdrawn_at IS NULL
),
sent AS (
    SELECT s.send_id, s.customer_id, CAST(s.sent_at AS DATE) AS day, c.last_given
    FROM export_marketing_send AS s
    LEFT JOIN (SELECT customer_id, CAST(max(given_at) AS DATE) AS last_given FROM export_consent GROUP BY customer_id) AS c ON s.customer_id = c.customer_id
),
found AS (
    SELECT DISTINCT r.dsar_id, r.place, r.customer_id, r.executed_at, h.found_in, h.found_key, h.number_ended
    FROM request AS r
    INNER JOIN held AS h ON r.customer_id = h.customer_id AND r.place = h.place
    WHERE h.since IS NULL OR h.since <= r.executed_at
    UNION ALL
    SELECT DISTINCT r.dsar_id, r.place, r.customer_id, r.executed_at, 'marketing_send' AS found_in, s.send_id AS found_key, CAST(NULL AS DATE) AS number_ended
    FROM request AS r
    INNER JOIN sent AS s ON r.customer_id = s.customer_id
    WHERE r.place = 'marketing' AND s.day > r.executed_at AND NOT coalesce(s.last_given > r.executed_at, false)
)
SELECT
    r._file,
    r._line,
    r._issues,
    r.dsar_id,
    r.customer_id,
    r.executed_at,
    r.request_unknown,
    r.place,
    f.found_in,
    f.found_key,
    f.found_in IS NOT NULL AS remains_in_crm,
    f.found_in IS NOT NULL AS remains_in_services,
    f.found_in IS NOT NULL AS remains_in_marketing,
    coalesce(h.held, false) AS exempt_legal_hold,
    coalesce(h.hold_in_doubt, false) AS hold_in_doubt,
    coalesce(h.restricted, false) AS exempt_restricted,
    coalesce(h.restriction_in_doubt, false) AS restriction_in_doubt,
    coalesce(f.number_ended < $as_of AND f.number_ended + INTERVAL '1' YEAR >= $as_of, false) AS exempt_statutory -- who had which number
FROM request AS r
LEFT JOIN found AS f ON r.dsar_id IS NOT DISTINCT FROM f.dsar_id AND r.place = f.place AND r.customer_id = f.customer_id AND r.executed_at = f.executed_at
LEFT JOIN suspended_customer AS h ON r.customer_id = h.customer_id
