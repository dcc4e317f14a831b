-- Service messages with what the customer had asked for when each was sent: whether service information had been opted out
-- of (the latest of opt-out and opt-in counts; one that names no channel holds for all), and when the customer last wrote or
-- called.
-- order: 30
-- kind: view
-- service_type requires service_send.type
-- opted_out_at requires service_send.customer_id, service_send.channel, service_send.sent_at, consent.customer_id, consent.purpose, consent.withdrawn_at
-- consent_unreadable requires consent.withdrawn_at
-- last_inquiry requires service_send.customer_id, service_send.sent_at, crm_interaction.customer_id, crm_interaction.direction, crm_interaction.at
-- opted_out_at doubts consent.purpose where consent_unreadable
-- opted_out_at doubts consent.channel where channel_unknown
-- last_inquiry doubts crm_interaction.direction where inquiry_unknown
WITH send AS (
    SELECT
        *,
        CASE WHEN replace(lower(trim(channel)), '-', '') IN ('mail', 'email') THEN 'email' ELSE lower(trim(channel)) END AS sent_by,
        CASE
            WHEN type IN ('vilkårsændring', 'driftsinfo', 'opfølgning', 'politikændring', 'faktura', 'sikkerhed') THEN type
            ELSE 'unknown'
        END AS service_type
    FROM export_service_send
),
choice AS (
    SELECT
        customer_id,
        CASE
            WHEN replace(lower(trim(channel)), '-', '') IN ('mail', 'email') THEN 'email'
            WHEN coalesce(regexp_matches(_issues, '(^|;)channel=unknown_word'), false) THEN NULL
            ELSE lower(trim(channel))
        END AS channel,
        coalesce(regexp_matches(_issues, '(^|;)channel=unknown_word'), false) AS channel_unknown,
        CASE WHEN purpose = 'driftsinfo' THEN given_at END AS given_at,
        CASE WHEN purpose = 'driftsinfo' THEN withdrawn_at END AS withdrawn_at,
        coalesce(regexp_matches(_issues, '(^|;)((given_at|withdrawn_at)=(unreadable|zero)|purpose=unknown_word)'), false) AS unreadable
    FROM export_consent
    WHERE purpose = 'driftsinfo' OR coalesce(regexp_matches(_issues, '(^|;)purpose=unknown_word'), false)
),
chosen AS (
    SELECT
        s.customer_id,
        coalesce(s.sent_by, '') AS sent_by,
        s.sent_at,
        max(CASE WHEN c.given_at <= s.sent_at THEN c.given_at END) AS opted_in_at,
        max(CASE WHEN c.withdrawn_at <= s.sent_at THEN c.withdrawn_at END) AS opted_out_at,
        bool_or(c.unreadable) AS unreadable,
        bool_or(c.channel_unknown) AS channel_unknown
    FROM (SELECT DISTINCT customer_id, sent_by, sent_at FROM send) AS s
    INNER JOIN choice AS c ON s.customer_id = c.customer_id AND (c.channel IS NULL OR s.sent_by IS NULL OR c.channel = s.sent_by)
    GROUP BY s.customer_id, coalesce(s.sent_by, ''), s.sent_at
),
inquiry AS (
    SELECT
        s.customer_id,
        s.sent_at,
        CAST(max(CASE WHEN i.direction = 'ind' THEN i."at" END) AS DATE) AS last_inquiry,
        bool_or(coalesce(regexp_matches(i._issues, '(^|;)direction=unknown_word'), false)) AS unknown_words
    FROM (SELECT DISTINCT customer_id, sent_at FROM send WHERE service_type = 'opfølgning') AS s
    INNER JOIN export_crm_interaction AS i ON s.customer_id = i.customer_id
    WHERE i."at" <= s.sent_at
        AND (i.direction = 'ind' OR coalesce(regexp_matches(i._issues, '(^|;)direction=unknown_word'), false))
    GROUP BY s.customer_id, s.sent_at
)
SELECT
    t.*,
    CASE WHEN c.opted_in_at IS NULL OR c.opted_in_at <= c.opted_out_at THEN c.opted_out_at END AS opted_out_at,
    coalesce(c.unreadable, false) AS consent_unreadable,
    coalesce(c.channel_unknown, false) AS channel_unknown,
    i.last_inquiry,
    coalesce(i.unknown_words, false) AS inquiry_unknown
FROM send AS t
LEFT JOIN chosen AS c ON t.customer_id = c.customer_id AND coalesce(t.sent_by, '') = c.sent_by AND t.sent_at = c.sent_at
LEFT JOIN inquiry AS i ON t.customer_id = i.customer_id AND t.sent_at = i.sent_at
