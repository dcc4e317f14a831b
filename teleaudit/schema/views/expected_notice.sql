-- One row per material version of the policy and customer who was one on the day before it took effect: was the customer
-- told in time? Whoever joined on the day itself was given that version. A send that was rejected told nobody.
-- order: 30
-- kind: view
-- of: crm_customer
-- key: customer_id, policy_version_id
-- told requires crm_customer.customer_id, crm_customer.end_date, policy_version.policy_version_id, policy_version.valid_from, policy_version.material, service_send.customer_id, service_send.type, service_send.policy_version_id, service_send.sent_at, service_send.status
-- valid_from requires policy_version.policy_version_id, policy_version.valid_from, policy_version.material
-- relationship_state requires crm_customer.customer_id, crm_customer.end_date
-- relationship_state doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
-- told doubts crm_customer.end_date, agreement.ended_at, subscription.end_date where ends_unknown
-- told doubts service_send.type, service_send.status where doubtful AND NOT told
WITH version AS (
    SELECT DISTINCT policy_version_id, valid_from
    FROM export_policy_version
    WHERE material AND valid_from <= $as_of AND policy_version_id IS NOT NULL
),
customer AS (
    SELECT
        c.customer_id,
        min(coalesce(c.start_date, c.created_at)) AS first_day,
        min(r.relationship_end) AS last_day,
        min(r.relationship_state) AS relationship_state,
        coalesce(bool_or(r.ends_unknown), false) AS ends_unknown
    FROM export_crm_customer AS c
    LEFT JOIN relationship AS r ON c.customer_id = r.customer_id
    WHERE c.customer_id IS NOT NULL
    GROUP BY c.customer_id
),
notice AS (
    SELECT
        customer_id,
        policy_version_id,
        min(CASE WHEN type = 'politikændring' AND status = 'leveret' THEN CAST(sent_at AS DATE) END) AS told_on,
        min(CASE WHEN status IS NULL OR sent_at IS NULL OR coalesce(regexp_matches(_issues, '(^|;)(type|status)=unknown_word'), false) THEN 1 END) AS doubtful
    FROM export_service_send
    WHERE (type = 'politikændring' OR coalesce(regexp_matches(_issues, '(^|;)type=unknown_word'), false)) AND customer_id IS NOT NULL
    GROUP BY customer_id, policy_version_id
)
SELECT
    CAST(NULL AS VARCHAR) AS _file,
    CAST(NULL AS BIGINT) AS _line,
    CAST(NULL AS VARCHAR) AS _issues,
    c.customer_id,
    v.policy_version_id,
    v.valid_from,
    c.first_day,
    c.relationship_state,
    c.ends_unknown,
    coalesce(n.told_on <= v.valid_from, false) AS told,
    n.doubtful IS NOT NULL AS doubtful -- a notice of which nobody knows whether, or when, it arrived
FROM customer AS c
INNER JOIN version AS v ON (c.first_day IS NULL OR c.first_day < v.valid_from) AND (c.last_day IS NULL OR c.last_day >= v.valid_from)
LEFT JOIN notice AS n ON c.customer_id = n.customer_id AND v.policy_version_id = n.policy_version_id
