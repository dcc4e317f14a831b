"""The words that rules rest on, column by column, with what else operators write for them.

A closed vocabulary holds every word that a column may have: with any other a row's checks cannot be
judged, until the audit says
under ``values`` which word it stands for. An open one has other words too; no rule asks what they
mean.
``andet`` stands in every closed vocabulary: known, and none of the others.

A synonym says the same. ``near`` are words that may: they are proposed, never taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from teleaudit.schema.countries import EEA, THIRD
from teleaudit.schema.tables import TABLES

OTHER = "andet"
_GAP = re.compile(r"[\s_-]+")


def folded(word: str) -> str:
    """A word as it is compared: small letters, and one space for each gap, underscore
    and hyphen.
    """
    return _GAP.sub(" ", word.strip().lower())


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The words of one column."""

    words: Mapping[str, tuple[str, ...]]  # canonical word -> what else is written for it
    closed: bool = True
    near: Mapping[str, str] = field(default_factory=dict)  # a word that may mean a canonical one

    @cached_property
    def canonical(self) -> tuple[str, ...]:
        """Every canonical word."""
        return (
            (*self.words, OTHER) if self.closed and OTHER not in self.words else tuple(self.words)
        )

    @cached_property
    def spellings(self) -> dict[str, str]:
        """Folded word -> canonical word."""
        own = {folded(word): word for word in self.canonical}
        return {
            folded(other): word for word, others in self.words.items() for other in others
        } | own


_OTHER = ("anden", "other", "øvrigt", "øvrige", "diverse")
_IN = ("indgående", "indkommende", "in", "inbound", "incoming", "modtaget")
_OUT = ("udgående", "out", "outbound", "outgoing", "sendt")
_DONE = ("gennemført", "udført", "completed", "complete", "done")
_CANCELLED = ("annulleret", "afbrudt", "cancelled", "canceled", "aborted")
_REJECTED = ("afvist", "rejected", "refused", "declined")

# What was agreed to is compared with what was sent, word by word: a word that only one of them uses
# may stand for one of the other's.
_CHANNELS = Vocabulary(
    words={
        "email": ("mail", "e-mail", "epost", "e-post"),
        "sms": ("sms-besked", "text", "text message"),
        "telefon": ("tlf", "phone", "opkald", "telephone", "call"),
        "post": ("brev", "letter"),
        "push": ("push-besked", "pushbesked", "push notification", "app", "app-besked", "in-app"),
        "chat": ("webchat", "live chat"),
        "sociale medier": ("some", "social media", "facebook", "instagram", "linkedin"),
        "web": ("hjemmeside", "website", "selvbetjening", "portal", "online"),
        "butik": ("store", "shop", "personligt", "in person"),
    }
)
_SECRECY = Vocabulary(
    words={
        "ingen": ("nej", "none", "no", "offentlig", "offentligt", "public", "åben", "listed"),
        "udeladt": ("udeladt nummer", "ex-directory", "unlisted", "ikke i nummeroplysningen"),
        "hemmelig": (
            "hemmeligt",
            "hemmeligt nummer",
            "hemmeligt nr.",
            "hemmeligt nr",
            "secret",
            "confidential",
        ),
    },
    near={"skjult": "hemmelig", "ja": "hemmelig", "yes": "hemmelig", "privat": "udeladt"},
)
_NUMBER_TYPES = Vocabulary(
    words={
        "fastnet": ("fast", "fastnettelefoni", "landline", "fixed", "geographic"),
        "mobil": ("mobile", "mobilnummer", "gsm"),
        "ip": ("ip-telefoni", "voip", "sip"),
        "m2m": ("iot", "machine to machine", "telemetri"),
        "service": ("servicenummer", "frinummer", "80", "freephone", "toll-free", "premium"),
        OTHER: _OTHER,
    }
)
# what records a register speaks of, by the canonical table that holds them
_TABLES = Vocabulary(
    words={name: (table.title_da, name.replace("_", "")) for name, table in TABLES.items()}
    | {
        "crm_customer": (
            "kunde",
            "kunder",
            "customer",
            "customers",
            "kundestamdata",
            "kundekort",
        ),
        "crm_contact": ("kontaktperson", "kontaktpersoner", "contact", "kontakt"),
        "crm_interaction": ("korrespondance", "henvendelse", "interaction", "sag"),
        "agreement": ("aftale", "aftaler", "kontrakt", "contract"),
        "subscription": ("abonnement", "abonnementer"),
        "pbx_config": (
            "pbx",
            "konfiguration",
            "pbx- og sip-konfigurationer",
            "sip-konfiguration",
        ),
        "invoice": ("faktura", "fakturaer", "invoices"),
        "payment": ("betaling", "betalinger", "payments"),
        "cdr": ("teledata", "opkald", "opkaldsdetaljer", "call"),
        "recording_index": ("optagelse", "optagelser", "recording", "recordings"),
        "number_assignment": ("nummer", "numre", "nummertildeling", "number"),
        OTHER: _OTHER,
    }
)
_LEGAL_BASES = Vocabulary(
    words={
        "6_1_a": (
            "6.1.a",
            "6(1)(a)",
            "art. 6(1)(a)",
            "art. 6, stk. 1, litra a",
            "samtykke",
            "consent",
        ),
        "6_1_b": (
            "6.1.b",
            "6(1)(b)",
            "art. 6(1)(b)",
            "art. 6, stk. 1, litra b",
            "kontrakt",
            "aftale",
            "contract",
        ),
        "6_1_c": (
            "6.1.c",
            "6(1)(c)",
            "art. 6(1)(c)",
            "art. 6, stk. 1, litra c",
            "retlig forpligtelse",
            "legal obligation",
        ),
        "6_1_d": (
            "6.1.d",
            "6(1)(d)",
            "art. 6(1)(d)",
            "art. 6, stk. 1, litra d",
            "vitale interesser",
            "vital interests",
        ),
        "6_1_e": (
            "6.1.e",
            "6(1)(e)",
            "art. 6(1)(e)",
            "art. 6, stk. 1, litra e",
            "samfundets interesse",
            "public task",
        ),
        "6_1_f": (
            "6.1.f",
            "6(1)(f)",
            "art. 6(1)(f)",
            "art. 6, stk. 1, litra f",
            "legitim interesse",
            "legitime interesser",
            "interesseafvejning",
            "legitimate interest",
            "legitimate interests",
        ),
        OTHER: _OTHER,
    }
)

VOCABULARIES: Mapping[str, Vocabulary] = {  # by table.column
    "crm_interaction.direction": Vocabulary(
        words={"ind": _IN, "ud": _OUT, "intern": ("internal", "internt", "notat", "note")}
    ),
    "consent.purpose": Vocabulary(
        words={
            "markedsføring": (
                "markedsfoering",
                "marketing",
                "direct marketing",
                "direkte markedsføring",
            ),
            "driftsinfo": (
                "driftsinformation",
                "serviceinfo",
                "serviceinformation",
                "service information",
            ),
            "ekstra_oplysninger": ("ekstraoplysninger", "optional data"),
            "118": ("nummeroplysning", "nummeroplysningen", "directory", "directory enquiry"),
            OTHER: _OTHER,
        },
        near={
            "nyhedsbrev": "markedsføring",
            "nyhedsbreve": "markedsføring",
            "newsletter": "markedsføring",
            "reklame": "markedsføring",
            "tilbud": "markedsføring",
            "kampagne": "markedsføring",
            "kampagner": "markedsføring",
            "drift": "driftsinfo",
            "statistik": OTHER,
            "cookies": OTHER,
            "analyse": OTHER,
        },
    ),
    "consent.channel": _CHANNELS,
    "marketing_send.channel": _CHANNELS,
    "service_send.channel": _CHANNELS,
    "service_send.type": Vocabulary(
        words={
            "vilkårsændring": ("vilkårsændringer", "change of terms", "terms change"),
            "driftsinfo": ("driftsinformation", "driftsforstyrrelse", "outage", "maintenance"),
            "opfølgning": ("follow-up", "followup"),
            "politikændring": (
                "ændring af politik",
                "policy change",
                "policy update",
                "privatlivspolitik",
            ),
            "faktura": ("invoice", "fakturabesked", "bill"),
            "sikkerhed": ("security", "sikkerhedsbesked"),
        },
        near={"info": "driftsinfo", "service": "driftsinfo", "drift": "driftsinfo"},
    ),
    "service_send.status": Vocabulary(
        words={
            "leveret": ("delivered",),
            "afvist": (
                *_REJECTED,
                "bounced",
                "bounce",
                "fejlet",
                "fejl",
                "failed",
                "ikke leveret",
                "undelivered",
            ),
            OTHER: _OTHER,
        },
        near={
            "ok": "leveret",
            "modtaget": "leveret",
            "sendt": "leveret",
            "sent": "leveret",
            "afsendt": "leveret",
        },
    ),
    "marketing_send.basis": Vocabulary(
        words={
            "samtykke": ("consent", "opt-in", "6_1_a", "10_1"),
            "10_2": ("10(2)", "10.2", "10, stk. 2", "§ 10, stk. 2", "mfl 10.2", "soft opt-in"),
            OTHER: _OTHER,
        },
        near={"eksisterende kunde": "10_2", "kundeforhold": "10_2", "existing customer": "10_2"},
    ),
    "dsar.type": Vocabulary(
        words={
            "indsigt": ("indsigtsanmodning", "indsigtsret", "access", "sar", "dsar"),
            "berigtigelse": ("rettelse", "rectification", "correction"),
            "sletning": (
                "sletteanmodning",
                "erasure",
                "deletion",
                "delete",
                "ret til at blive glemt",
                "right to be forgotten",
            ),
            "begrænsning": (
                "begrænsning af behandling",
                "restriction",
                "restriction of processing",
            ),
            "portabilitet": ("dataportabilitet", "portability", "data portability"),
            "indsigelse": ("objection", "object"),
            OTHER: _OTHER,
        },
        near={
            "slet": "sletning",
            "udlevering": "indsigt",
            "oplysninger": "indsigt",
            "afmelding": "indsigelse",
            "opt-out": "indsigelse",
            "ændring": "berigtigelse",
            "overførsel": "portabilitet",
        },
    ),
    "dsar.outcome": Vocabulary(
        words={
            "imødekommet": (
                "imødekommet fuldt ud",
                "fuldt imødekommet",
                "granted",
                "approved",
                "fulfilled",
                "opfyldt",
            ),
            "delvist": (
                "delvist imødekommet",
                "delvis",
                "delvis imødekommet",
                "partial",
                "partially",
                "partly granted",
            ),
            "afslag": (*_REJECTED, "afslået", "ikke imødekommet", "nægtet", "denied", "refusal"),
            OTHER: _OTHER,
        },
        near={
            "lukket": OTHER,
            "henlagt": OTHER,
            "trukket tilbage": OTHER,
            "bortfaldet": OTHER,
            "ok": "imødekommet",
            "godkendt": "imødekommet",
            "udført": "imødekommet",
        },
    ),
    "recipient_register.role": Vocabulary(
        words={
            "databehandler": ("processor", "data processor", "underdatabehandler", "sub-processor"),
            "selvstændig": (
                "selvstændig dataansvarlig",
                "dataansvarlig",
                "controller",
                "independent controller",
                "data controller",
            ),
            "fælles": ("fælles dataansvarlig", "joint controller"),
            OTHER: _OTHER,
        },
        near={
            "behandler": "databehandler",
            "leverandør": "databehandler",
            "partner": "selvstændig",
            "vendor": "databehandler",
        },
    ),
    "recipient_register.country": Vocabulary(
        words={
            **EEA,
            **THIRD,
            OTHER: (*_OTHER, "tredjeland", "third country", "uden for EU", "uden for EU/EØS"),
        }
    ),
    "disclosure.recipient_type": Vocabulary(
        words={
            "netværksejer": ("netejer", "network owner", "network operator"),
            "logistik": ("fragt", "transport", "logistics", "carrier"),
            "sms-partner": ("sms-gateway", "sms partner", "sms-leverandør"),
            "inkasso": (
                "inkassobureau",
                "inkassofirma",
                "debt collection",
                "debt collector",
                "collection agency",
            ),
            "faktureringspartner": ("billing partner", "fakturering", "billing"),
            "myndighed": (
                "politi",
                "politiet",
                "domstol",
                "domstolen",
                "authority",
                "police",
                "court",
                "skat",
                "skattestyrelsen",
                "pet",
                "anklagemyndigheden",
            ),
            "audience": ("annonceplatform", "advertising platform", "custom audience"),
            OTHER: _OTHER,
        },
        near={
            "advokat": "inkasso",
            "offentlig": "myndighed",
            "stat": "myndighed",
            "kommune": "myndighed",
            "kreditor": "inkasso",
            "leverandør": OTHER,
        },
    ),
    "disclosure.purpose": Vocabulary(
        words={
            "salg": ("sale", "sold", "solgt"),
            "videresalg": ("resale",),
            "udlejning": ("rental", "lease"),
            "inkasso": ("debt collection", "inddrivelse", "collection"),
            "suppression_audience": ("suppression", "suppression list", "audience suppression"),
        },
        closed=False,
    ),
    "disclosure.title_type": Vocabulary(
        words={
            "kendelse": (
                "edition",
                "editionskendelse",
                "retskendelse",
                "dommerkendelse",
                "court order",
            ),
            "804b": ("§ 804 b", "§804 b", "§ 804b", "§804b", "804 b", "rpl § 804 b"),
            "sikringspålæg": (
                "hastesikring",
                "§ 786 a",
                "§ 786a",
                "786 a",
                "786a",
                "preservation order",
            ),
            "målrettet pålæg": (
                "målrettet logning",
                "hemmeligt pålæg",
                *(
                    f"{sign}786{gap}{letter}"
                    for sign in ("", "§ ", "§")
                    for gap in ("", " ")
                    for letter in "bcdi"
                ),
            ),
            "samtykke": ("consent", "samtykke fra kunden", "abonnentens samtykke"),
            "nødsituation": ("nødret", "nødlokalisering", "emergency", "emergency location"),
            OTHER: _OTHER,
        },
        near={
            "pålæg": "sikringspålæg",
            "ransagningskendelse": "kendelse",
            "indgreb i meddelelseshemmeligheden": "kendelse",
            "aflytning": "kendelse",
        },
    ),
    "disclosure.legal_basis": _LEGAL_BASES,
    "processing_register.legal_basis": _LEGAL_BASES,
    "number_assignment.secrecy": _SECRECY,
    "directory_118.secrecy": _SECRECY,
    "number_assignment.number_type": _NUMBER_TYPES,
    "directory_118.number_type": _NUMBER_TYPES,
    "directory_118.action": Vocabulary(
        words={
            "ny": ("nyt", "oprettelse", "opret", "new", "add", "create", "insert", "tilføj"),
            "ændr": ("ændring", "ret", "rettelse", "change", "update", "modify", "opdatering"),
            "slet": ("sletning", "delete", "remove", "fjern", "ophør", "nedlæg"),
        },
        near={"n": "ny", "s": "slet", "æ": "ændr", "a": "ny", "d": "slet", "u": "ændr"},
    ),
    "porting.direction": Vocabulary(
        words={
            "ind": (*_IN, "import", "indportering", "port in", "port-in"),
            "ud": (
                *_OUT,
                "eksport",
                "export",
                "udportering",
                "port out",
                "port-out",
            ),
        },
        near={"i": "ind", "u": "ud", "fra": "ind", "til": "ud"},
    ),
    "porting.status": Vocabulary(
        words={
            "gennemført": _DONE,
            "annulleret": _CANCELLED,
            "afvist": _REJECTED,
            OTHER: (*_OTHER, "bestilt", "afventer", "i gang", "pending", "planlagt", "requested"),
        },
        near={"ok": "gennemført", "lukket": "gennemført", "fejlet": "afvist", "fejl": "afvist"},
    ),
    "supplier_order.kind": Vocabulary(
        words={
            "bestilling": ("ordre", "indkøb", "order", "purchase", "purchase order"),
            "forsendelse": ("levering", "fragt", "shipment", "shipping", "delivery"),
            OTHER: _OTHER,
        },
        near={"retur": OTHER, "reklamation": OTHER},
    ),
    "access_log.action": Vocabulary(
        words={
            "opslag": (
                "vis",
                "visning",
                "læs",
                "læsning",
                "søg",
                "søgning",
                "view",
                "read",
                "lookup",
                "search",
                "select",
                "get",
                "open",
                "åbn",
            ),
            "ændring": (
                "ret",
                "rettelse",
                "opdatering",
                "opdater",
                "opret",
                "oprettelse",
                "update",
                "edit",
                "change",
                "write",
                "insert",
                "create",
                "modify",
            ),
            "eksport": ("export", "udtræk", "download", "hent", "udskrift", "print"),
            "sletning": ("slet", "delete", "remove", "erase"),
            "login": (
                "log ind",
                "logind",
                "log in",
                "logon",
                "logout",
                "log ud",
                "logud",
                "logoff",
            ),
            OTHER: _OTHER,
        },
        near={
            "rapport": "eksport",
            "report": "eksport",
            "kopi": "eksport",
            "copy": "eksport",
            "csv": "eksport",
        },
    ),
    "deletion_log.object_type": _TABLES,
    "processing_register.data_category": _TABLES,
    "deletion_log.actor_type": Vocabulary(
        words={
            "job": ("automatisk", "system", "batch", "cron", "automatic"),
            "person": ("manuel", "manuelt", "bruger", "medarbejder", "user", "manual"),
        },
        near={"admin": "person", "service": "job"},
    ),
    "deletion_log.status": Vocabulary(
        words={
            "ok": (*_DONE, "success", "succes", "slettet", "deleted", "gennemført ok"),
            "fejl": ("fejlet", "error", "failed", "failure", "mislykket", "mislykkedes"),
            OTHER: (
                *_OTHER,
                *_CANCELLED,
                "sprunget over",
                "skipped",
                "planlagt",
                "pending",
            ),
        },
        near={"afsluttet": "ok", "lukket": "ok", "afsluttet med fejl": "fejl"},
    ),
    "breach_register.kind": Vocabulary(
        words={
            "tjeneste": ("telebrud", "public service", "offentlig tjeneste"),
            "øvrigt": ("øvrige", "persondata", "gdpr"),
        },
        near={"tele": "tjeneste", "service": "tjeneste", "net": "tjeneste", "intern": "øvrigt"},
    ),
    "breach_register.risk": Vocabulary(
        words={
            "ingen": ("ingen risiko", "usandsynlig", "none", "no risk", "unlikely"),
            "risiko": ("risk", "normal risiko"),
            "høj": ("høj risiko", "high", "high risk"),
        },
        near={
            "lav": "risiko",
            "low": "risiko",
            "middel": "risiko",
            "mellem": "risiko",
            "medium": "risiko",
            "kritisk": "høj",
            "critical": "høj",
            "stor": "høj",
        },
    ),
    "agreement.type": Vocabulary(
        words={"optagelse": ("optagelsesaftale", "recording", "opkaldsoptagelse")}, closed=False
    ),
    "ledger.account": Vocabulary(
        words={
            "debitor": (
                "debitorer",
                "debitorkonto",
                "samlekonto debitorer",
                "tilgodehavender",
                "tilgodehavender fra salg",
                "receivables",
                "accounts receivable",
                "debtors",
                "customer",
            )
        },
        closed=False,
    ),
    "recording_index.purpose": Vocabulary(
        words={"egen_linje": ("egen linje", "own line")}, closed=False
    ),
    "crm_customer.status": Vocabulary(words={"Aktiv": ("active",)}, closed=False),
}
