"""Invented people, companies and numbers.

Nobody here exists.

What makes them unmistakable:

- names are ordinary first and last names from the lists below, combined at random; streets and
  towns are made up;
- telephone numbers begin with 01: no Danish subscriber number of eight digits begins with 0.
  Foreign numbers come from the
  ranges that Ofcom (+44 7700 900xxx) and the North American plan (+1 ... 555 01xx) keep for drama;
- e-mail addresses end in example.dk or example.com (the latter reserved by RFC 2606, the former
  used as its Danish twin);
- postcodes begin with 00, which no Danish postcode does;
- CVR numbers are computed so that modulus 11 holds, in the 99 millions, far above the numbers given
  out so far;
- CPR numbers are those of people who are born between 2037 and 2057, with the check digit: nobody
  holds one yet;
- card numbers are drawn at random behind a real issuer prefix and completed with their Luhn digit:
  none is a public test number;
- IMEI, ICCID, GLN and payment-slip ids are computed with the check digit that the real ones bear.
"""

from __future__ import annotations

import random

FIRST_NAMES = (
    "Agnete", "Albert", "Anders", "Anna", "Astrid", "Benedikte", "Bente", "Birger", "Camilla",
    "Carsten", "Christel", "Dagmar", "Dennis", "Ebbe", "Elin", "Else", "Emil", "Esben", "Filippa",
    "Frederik", "Gerda", "Gitte", "Gorm", "Grethe", "Gustav", "Hanne", "Helga", "Henrik", "Ida",
    "Inge", "Ingolf", "Jakob", "Jens", "Johanne", "Karen", "Kasper", "Kirsten", "Klaus", "Lærke",
    "Laust", "Leif", "Lis", "Maren", "Mads", "Mette", "Mikkel", "Nanna", "Niels", "Oda", "Ole",
    "Palle", "Pernille", "Rasmus", "Rikke", "Signe", "Sigurd", "Sofie", "Søren", "Thyra", "Troels",
    "Ulla", "Uffe", "Vagn", "Vibeke", "Viggo", "Åse",
)  # fmt: skip
LAST_NAMES = (
    "Agerhøj", "Bakkegård", "Birkelund", "Bjergager", "Blåkilde", "Bøgebjerg", "Dalsgaard",
    "Egelykke", "Elmestad", "Enghave", "Fjordvang", "Fuglebæk", "Grønhøj", "Hasselmose", "Havnbæk",
    "Hedeager", "Hvidkær", "Højbæk", "Kildevang", "Klitmark", "Krogsbæk", "Kærsager", "Lindeholt",
    "Lundsmark", "Lyngvig", "Mosegaard", "Møllevad", "Nørreskov", "Overbjerg", "Pilekær",
    "Ravnsbæk", "Rosendahl", "Rugaard", "Sandkær", "Skovmose", "Solbakke", "Stenager", "Strandby",
    "Søholt", "Tangmose", "Tjørnelund", "Toftegård", "Vangede", "Vesterdal", "Vindbæk", "Ågesen",
    "Åkjær", "Østerlund",
)  # fmt: skip
COMPANY_WORDS = (
    "Blåhval", "Fuldmåne", "Granit", "Havgus", "Hyldeblomst", "Isfugl", "Kastanje", "Kompas",
    "Kornblomst", "Lærkespor", "Muslinge", "Nordlys", "Ravsten", "Regnbue", "Solsort",
    "Strandskade", "Tidevand", "Vildgæs",
)  # fmt: skip
TRADES = (
    "Tømrer",
    "Regnskab",
    "Bageri",
    "Cykler",
    "Tandklinik",
    "Transport",
    "Arkitekter",
    "Gartneri",
    "Autoværksted",
    "Tryk",
    "Revision",
    "Vinduespolering",
)
STREETS = (
    "Kastanjeblomstvej",
    "Ravnespiralen",
    "Gyvelslyngen",
    "Tudsestien",
    "Sivspurvevænget",
    "Musvågesvinget",
    "Hyldemarksvej",
    "Blåklokkebuen",
    "Rørhatstræde",
    "Ærtebækgade",
)
TOWNS = (
    ("0011", "Strandvrå"),
    ("0022", "Mosekilde"),
    ("0033", "Ulvekær"),
    ("0044", "Nørre Fjordrup"),
    ("0055", "Sønder Tang"),
    ("0066", "Blåbjergby"),
    ("0077", "Højvadsted"),
)
NOTES = (
    "Ønsker at blive ringet op om formiddagen",
    "Har spurgt til dækning i sommerhuset",
    "Installation aftalt med vicevært; nøgle hos nabo",
    "Foretrækker mail frem for telefon",
    "Router ombyttet efter fejlmelding",
    'Bad om kopi af vilkår; siger "tak for hjælpen"',
)
MAIL_SUBJECTS = (
    "Spørgsmål til faktura",
    "Opsigelse af ekstra nummer",
    "Flytning af adresse",
    "Langsom forbindelse",
    "Ny kontaktperson",
    "Tak for hjælpen",
)
MAIL_SENTENCES = (
    "Vi har flyttet kontor og beder om at få adressen rettet.",
    "Kan I se, hvorfor hastigheden falder om aftenen?",
    "Vi vil gerne have en kopi af den seneste faktura.",
    "Teknikeren kom til tiden, og alt virker nu.",
    "Vores omstilling ringer ikke videre efter lukketid.",
    "Hvor lang er opsigelsen på det ekstra nummer?",
    "Tak for hurtigt svar i går.",
)
CARD_SENTENCES = (
    "Kunden opgav sit kort {pan} over telefonen",
    "Vil betale med Dankort {pan}, bedes trukket snarest",
    "Kortnr. {pan}, udløb oplyst mundtligt",
    "Trukket på betalingskort {pan} efter aftale",
    "Visa/Dankort {pan} noteret til næste regning",
)
CPR_SENTENCES = (
    "Kunden oplyste CPR-nr. {cpr} i telefonen",
    "Legitimation set, personnummer {cpr}",
    "Ejerens cpr er {cpr}, brugt til kreditvurdering",
    "CPR {cpr} noteret efter aftale",
)
# Dankort, Visa/Dankort, Mastercard 2-series, Visa, Mastercard
CARD_PREFIXES = ("5019", "4571", "2223", "2541", "2718", "4539", "5234", "5413")
MESSAGE_OPENINGS = ("Hej {name},", "Kære {name}!", "{name}:", "Hov {name},", "Godmorgen {name},")
MESSAGE_MIDDLES = (
    "jeg er lidt forsinket, vil du købe mælk på vejen hjem",
    "kan du hente mig ved stationen når du har fri",
    "jeg har glemt min nøgle, er du hjemme inden klokken fem",
    "vi ses i morgen hos mig, husk at du skal have kagen med",
    "jeg savner dig, ringer du når du er færdig",
    "har du det bedre nu, jeg tænker på dig hele dagen",
)
MESSAGE_ENDINGS = (
    "knus",
    "vi tales ved",
    "tak fordi du gider",
    "jeg skriver igen i aften",
    "sig til hvis du ikke kan",
)

_IMEI_TYPES = (
    "35693803",
    "35209900",
    "01326300",
    "86073004",
    "35875706",
    "86450103",
    "99000091",
    "35391107",
)
_ASCII: dict[int, str] = {
    ord("æ"): "ae",
    ord("ø"): "oe",
    ord("å"): "aa",
    ord(" "): ".",
    ord("/"): "",
}
_CVR_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)
_CPR_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


def luhn_digit(digits: str) -> str:
    """The digit that makes ``digits`` pass modulus 10 (ISO/IEC 7812-1, annex B)."""
    total = sum(
        sum(divmod(int(digit) * (2 if place % 2 == 0 else 1), 10))
        for place, digit in enumerate(reversed(digits))
    )
    return str(-total % 10)


def digits(rng: random.Random, count: int) -> str:
    """That many random digits."""
    return "".join(rng.choice("0123456789") for _ in range(count))


def card_number(rng: random.Random, prefix: str) -> str:
    """A card number of 16 digits that nobody was issued: issuer prefix, random digits,
    Luhn digit.
    """
    # few zeros and fours: not like the test numbers
    body = prefix + "".join(rng.choice("1356789") for _ in range(15 - len(prefix)))
    return body + luhn_digit(body)


def spaced(number: str) -> str:
    """A card number as people write it, in groups of four."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def masked_card(rng: random.Random) -> str:
    """A truncated card number as PCI DSS allows it: the first 6 or 8 digits and the last 4."""
    pan = card_number(rng, rng.choice(CARD_PREFIXES))
    kept = rng.choice((6, 8))
    return pan[:kept] + "*" * (12 - kept) + pan[-4:]


def imei(rng: random.Random) -> str:
    """15 digits that always pass Luhn, as handsets have them."""
    body = rng.choice(_IMEI_TYPES) + digits(rng, 6)
    return body + luhn_digit(body)


def iccid(rng: random.Random) -> str:
    """The 19 digits printed on a Danish SIM card."""
    body = "8945" + "99" + digits(rng, 12)
    return body + luhn_digit(body)


def gln(rng: random.Random) -> str:
    """A location number of 13 digits (GS1 modulus 10, weights 1 and 3)."""
    body = "579900" + digits(rng, 6)
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return body + str(-total % 10)


def payment_slip(customer_id: str, invoice_no: str, length: int) -> str:
    """The id of a payment slip (FI kortart 71: 15 digits, 75: 16): customer, invoice and modulus
    10.
    """
    customer, invoice = ("".join(filter(str.isdigit, text)) for text in (customer_id, invoice_no))
    body = customer + invoice.zfill(length - 1 - len(customer))
    return body + luhn_digit(body)


def cvr(rng: random.Random) -> str:
    """Eight digits that pass modulus 11."""
    while True:
        number = "99" + digits(rng, 6)
        if (
            sum(weight * int(digit) for weight, digit in zip(_CVR_WEIGHTS, number, strict=True))
            % 11
            == 0
        ):
            return number


def cpr(rng: random.Random) -> str:
    """The ten digits of somebody born between 2037 and 2057: the seventh digit 6 says which
    century, modulus 11 that it is a number.
    """
    while True:
        number = f"{rng.randrange(1, 29):02}{rng.randrange(1, 13):02}{rng.randrange(37, 58)}6{digits(rng, 3)}"
        if (
            sum(weight * int(digit) for weight, digit in zip(_CPR_WEIGHTS, number, strict=True))
            % 11
            == 0
        ):
            return number


def cpr_sentence(rng: random.Random, place: int) -> str:
    """A sentence that holds a CPR number, with a dash in every other place."""
    number = cpr(rng)
    return rng.choice(CPR_SENTENCES).format(
        cpr=f"{number[:6]}-{number[6:]}" if place % 2 else number
    )


def phone(rng: random.Random) -> str:
    """Eight digits beginning with 01."""
    return "01" + digits(rng, 6)


def person(rng: random.Random) -> str:
    """First and last name."""
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"


def company(rng: random.Random) -> str:
    """A company's name."""
    return f"{rng.choice(COMPANY_WORDS)} {rng.choice(TRADES)} {rng.choice(('ApS', 'A/S', 'I/S'))}"


def email(rng: random.Random, name: str) -> str:
    """An address at a domain nobody can own."""
    plain = name.lower().translate(_ASCII)
    return f"{plain}{rng.randrange(1000)}@{rng.choice(('example.dk', 'example.com'))}"


def message(rng: random.Random) -> str:
    """A text message between people who do not exist."""
    opening = rng.choice(MESSAGE_OPENINGS).format(name=rng.choice(FIRST_NAMES))
    return (
        f"{opening} {rng.choice(MESSAGE_MIDDLES)}, {rng.choice(MESSAGE_ENDINGS)}"
        f" {rng.choice(FIRST_NAMES)}"
    )


def mail_body(rng: random.Random) -> str:
    """A mail of a few sentences."""
    return " ".join(rng.sample(MAIL_SENTENCES, rng.randrange(1, 4)))


def card_sentence(rng: random.Random, place: int) -> str:
    """A sentence that holds a full card number, of another network for every place."""
    pan = card_number(rng, CARD_PREFIXES[place % len(CARD_PREFIXES)])
    return rng.choice(CARD_SENTENCES).format(pan=spaced(pan) if place % 2 else pan)
