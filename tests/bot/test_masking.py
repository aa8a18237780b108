"""Texts without personal data: what is masked, and what stays readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.masking import Own, is_masked, keys, mask, own_words
from tests.effort import effort

MASKED = {
    "a mobile phone": ("звоните +7 912 345-67-89", "звоните [телефон]"),
    "a phone in one piece": ("тел. 89123456789", "тел. [телефон]"),
    "a city's phone": ("8 (34922) 5-67-89", "[телефон]"),
    "a phone without the city": ("телефон 5-67-89", "телефон [телефон]"),
    "a foreign phone": ("+380 44 123 45 67", "[телефон]"),
    "a mailbox": ("пишите на Ivan.Petrov@mail.ru.", "пишите на [почта]."),
    "a passport": ("паспорт серия 71 09 № 123456 выдан", "паспорт серия [паспорт] выдан"),
    "a SNILS": ("СНИЛС 112-233-445 95", "СНИЛС [СНИЛС]"),
    "a SNILS with a slip": ("снилс: 112-233-445 00", "снилс: [СНИЛС]"),
    "a person's INN": ("ИНН 890412345678", "ИНН [ИНН]"),
    "a firm's INN": ("ИНН 7707083893", "ИНН [ИНН]"),
    "a card": ("карта 2200 1234 5678 9019", "карта [карта]"),
    "a card with a slip": ("2200-1234-5678-9010", "[карта]"),
    "a policy": ("полис ОМС 1234567890123456", "полис ОМС [полис]"),
    "an account at the utilities": ("лицевой счёт № 1234567890", "лицевой счёт № [счёт]"),
    "the same, short": ("л/с 890012345", "л/с [счёт]"),
    "an account at a bank": ("на 40817810099910004312", "на [счёт]"),
    "a flat": ("ул. Геологов, д. 14, кв. 25", "ул. Геологов, д. 14, кв. [номер]"),
    "a flat in words": ("в квартире №25а холодно", "в квартире №[номер] холодно"),
    "a room": ("общежитие 3, комната 12", "общежитие 3, комната [номер]"),
    "a date of birth": ("дата рождения: 1.02.1985", "дата рождения: [дата рождения]"),
    "the same, behind": ("Петров, 01.02.1985 г.р.", "Петров, [дата рождения] г.р."),
    "in words": ("родилась 5 марта 1980", "родилась [дата рождения]"),
    "a name": ("это Ольга Ивановна, соседка", "это [имя], соседка"),
    "a full name": ("я, Петрова Ольга Ивановна, прошу", "я, [имя], прошу"),
    "the other way round": ("Петру Ильичу Сидорову", "[имя]"),
    "initials": ("мастер Смирнов И. И. и А.Б. Попов", "мастер [имя] и [имя]"),
    "a signature": ("С уважением, Ольга Петрова", "С уважением, [имя]"),
    "a short signature": ("Спасибо. С ув. Петров", "Спасибо. С ув. [имя]"),
    "an introduction": ("Меня зовут Ольга. Нет воды", "Меня зовут [имя]. Нет воды"),
    "who says so": ("Я Мария Иванова, прошу", "Я [имя], прошу"),
    "the same between commas": ("я, Мария, прошу", "я, [имя], прошу"),
    "small letters": ("я иванова мария петровна прошу", "я [имя] прошу"),
    "capitals alone": ("ИВАНОВА МАРИЯ ПЕТРОВНА, нет воды", "[имя], нет воды"),
    "another case": ("от ивановой марии ильиничны", "от [имя]"),
    "a hyphen": ("Римская-Корсакова Анна Ильинична", "[имя]"),
    "an introduction in small letters": ("меня зовут мария у нас холодно", "меня зовут [имя] у нас холодно"),
    "no point behind": ("Меня зовут Ольга Прошу включить", "Меня зовут [имя] Прошу включить"),
    "at the end": ("Спасибо. Иванова Мария", "Спасибо. [имя]"),
    "on a line of its own": ("Нет воды\nПетров Иван\n", "Нет воды\n[имя]\n"),
    "somebody's child": ("мой сын Петров Иван", "мой сын [имя]"),
    "a phone behind a letter": ("т. 23-45-67", "т. [телефон]"),
    "a phone without a word": ("23-45-67 это соседка", "[телефон] это соседка"),
    "a phone in one piece, without the city": ("мой номер 234567", "мой номер [телефон]"),
    "in pairs": ("тел 23 45 67", "тел [телефон]"),
    "with the city in brackets": ("(34922)5-67-89", "[телефон]"),
    "with the city": ("34922-5-67-89", "[телефон]"),
    "a mobile phone without the eight": ("9123456789", "[телефон]"),
    "with points": ("8.912.345.67.89", "[телефон]"),
    "in odd groups": ("89-12-345-67-89", "[телефон]"),
    "a passport without a word": ("7109 123456", "[паспорт]"),
    "a SNILS without a word": ("112-233-445-00", "[СНИЛС]"),
    "a SNILS in one piece": ("снилс 11223344500", "снилс [СНИЛС]"),
    "a card in one piece with a slip": ("2200123456789010", "[номер]"),
    "a long number of whatever": ("мой 11223344500", "мой [номер]"),
    "a flat behind a hyphen": ("Ленина 5-12, нет света", "Ленина 5-[номер], нет света"),
    "the same with a house": ("ул. 70 лет Октября, д. 5-12", "ул. 70 лет Октября, д. 5-[номер]"),
    "the same without a street": ("дом 5/2-12", "дом 5/2-[номер]"),
    "a nick": ("пишите @ivan_petrov", "пишите [ник]"),
    "a nick at the end": ("пишите @ivanov.", "пишите [ник]."),
    "a profile": ("https://vk.com/id12345 — это я", "[страница] — это я"),
    "a profile with a name": ("vk.com/ivan.petrov.", "[страница]."),
    "a profile of another platform": ("я в t.me/ivanov", "я в [страница]"),
    "a car": ("машина А123ВС 89 во дворе", "машина [номер машины] во дворе"),
    "a car in Latin letters": ("a123bc89 стоит", "[номер машины] стоит"),
    "a trailer": ("прицеп АА 1234 89", "прицеп [номер машины]"),
    "a motorcycle": ("мотоцикл 1234 АА 89", "мотоцикл [номер машины]"),
    "a passport for abroad": ("загранпаспорт 75 1234567", "загранпаспорт [паспорт]"),
    "the same in one piece": ("заграничный паспорт № 751234567", "заграничный паспорт № [паспорт]"),
    "a birth certificate": ("свидетельство о рождении II-ПН № 123456", "свидетельство о рождении [свидетельство]"),
    "the same, short, in Latin letters": ("св-во о рожд. IV-ПН 654321", "св-во о рожд. [свидетельство]"),
    "a car with spaces": ("С 120 НА 150 стоит", "[номер машины] стоит"),
    "a phone for a request": ("по заявке звоните 9123456789", "по заявке звоните [телефон]"),
    "a phone behind a contract": ("договор, тел. 83492256789", "договор, тел. [телефон]"),
    "a phone with a sign": ("мой тел. № 9123456789", "мой тел. № [телефон]"),
    "a phone before the word": ("5-12-34 телефон", "[телефон] телефон"),
    "a mailbox with a word for the sign": ("ivanova(собака)mail.ru", "[почта]"),
    "in words alone": ("пишите ivanova собака mail точка ru", "пишите [почта]"),
    "in Russian letters": ("иванова собачка яндекс точка ру", "[почта]"),
    "in English words": ("ivanova at mail dot ru", "[почта]"),
    "in brackets": ("ivanova [at] mail.ru, m.ivanova(at)firma(dot)ru", "[почта], [почта]"),
    "with a word for the sign alone": ("ivanova at mail.ru", "[почта]"),
    "with a word for the point alone": ("ivanova@mail точка ru", "[почта]"),
    "of several parts": ("maria точка ivanova собака mail точка ru", "[почта]"),
    "apart": ("ivanova @ mail.ru и ivanova@ mail . ru", "[почта] и [почта]"),
    "like a nick": ("ivanova @mail.ru", "[почта]"),
    "a phone with strokes": ("8/912/345/67/89", "[телефон]"),
    "with points and no eight": ("912.345.67.89", "[телефон]"),
    "with points after plus seven": ("тел.+7.912.345.67.89.", "тел.[телефон]."),
    "on two lines": ("8 912 345\n67-89", "[телефон]"),
    "on five lines": ("8\n912\r\n345\n67\n89", "[телефон]"),
    "with words between": ("8 912 тел. 345 67 89", "[телефон]"),
    "with long dashes": ("8 912 — 345 — 67 — 89", "[телефон]"),
    "a city's phone with strokes": ("8/34922/5-67-89", "[телефон]"),
    "a card with points": ("2200.1234.5678.9010", "[карта]"),
    "a card in odd groups": ("карта 2200 123456 789019", "карта [карта]"),
    "a card on two lines": ("на карту 2200 1234\n5678 9010", "на карту [карта]"),
    "a SNILS with points": ("СНИЛС № 123.456.789.00", "СНИЛС № [СНИЛС]"),
    "a SNILS with a slip and a space": ("мой 123-456-789 00", "мой [СНИЛС]"),
    "a person's INN in groups": ("инн физлица 8904 1234 5678", "инн физлица [ИНН]"),
    "a firm's account": ("счёт 40702810099910004312", "счёт [счёт]"),
    "the same without a word": ("вот 40702810099910004312", "вот [счёт]"),
    "an account in groups": ("р/с 40702.810.0.9991.0004312", "р/с [счёт]"),
    "an account in fours": ("4081 7810 0999 1000 4312", "[счёт]"),
    "a passport with words": ("серия 7412 номер 123456", "серия [паспорт]"),
    "a passport with a hyphen": ("пасп. 74-12 123456", "пасп. [паспорт]"),
    "two of a kind": ("89123456789 или 89123456780", "[телефон] или [телефон]"),
    "capitals that grow when made small": ("İİ тел 89123456789", "İİ тел [телефон]"),
}


@pytest.mark.parametrize(("text", "expected"), MASKED.values(), ids=MASKED.keys())
def test_masked(text: str, expected: str) -> None:
    """Each kind is replaced by what it is, and what is around it stays."""
    assert expected == mask(text)
    assert is_masked(expected)


@pytest.mark.parametrize(
    "text",
    [
        "ул. Геологов, д. 14, корп. 2, дом 5а",
        "Суббота 9-18, с 14-00 до 16-00, срок 5-12 дней",
        "12-03-24, 2025-11-15, 1.11-15.11",
        "звоните за 15 000 руб. или в 104",
        "договор 1234567890, обращение № 12345678901",
        "vk.com/wall-123_4, vk.com/club123, yanao.ru",
        "на втором уровне в основной деревне, вы условны и невиновны",
        "С уважением, жители дома",
        "я Вас прошу, меня не слышат",
        "с 1 по 15.11.2025, 01.02.2024 в 10:30",
        "1 250 000 руб., 45 000,50 ₽",
        "по закону № 59-ФЗ и 131-ФЗ, ст. 14.1 КоАП",
        "звоните 112, 05, 104 или 8-800-555-35-35, +7 800 100 20 30",
        "№ 123, вопрос 4567, заявка 123456789",
        "школа № 5, квартал 3, 45 кв. м, микрорайон 7",
        "показания 12345, 6789",
        "постановление от 12.03.2025 № 345-П",
        "кадастровый номер 89:08:010203:456",
        "Новый Уренгой, Ямало-Ненецкий округ, Тарко-Сале",
        "Когда включат отопление? Спасибо! 👍🏽",
        "посмотрите at nadym.ru, look at yanao.ru, пишите @nadym.ru и @mail.ru",
        "злая собака, nadym.ru, во дворе собака yanao.ru укусила собака. Точка",
        "точка приёма at home. Com",
        "с 8.30 до 17.15, 8:30-17:30, 8.03.2025 / 9.03.2025 12.30.45, c 8.4.2025 10.00-12.00",
        "показания 1234/5678/9012/3456, 8912.345, счётчик 3456 4567 5678 6789 7890",
        "показания\n12345\n67890\n34567\n89012",
        "индекс 629730, 629 730, № 12345 от 8.9.2025",
        "ФЗ № 59-ФЗ от 02.05.2006, п. 8.9.12.3, серия домов 111-97",
        "по счёту за 01.03.2025-31.03.2025 1250 руб., счёт 12.03.2025 15.04.2025 1234",
        "на карте 2024-2025 2026-2027, по карте 25-03-2025 26-03-2025, картах 12.03.2025 14.30.00",
        "тариф 8 345,67 руб., 7 912 345 руб. 67 коп., 8 912,50 руб.",
        "дом 8/912, 8 / 912 / 345, маршрут 8: 9.12, 9.45, 10.15, 10.45, рейсы 8, 912, 345, 67, 89",
        "КБК 18210803010011000110, 192.168.100.25, 912.345.67.8",
        "расписание 7-10-12 и счёт 3:2",
        "показания 12345678901, показание счётчика: 12345678901, показания за ноябрь 1234567890",
        "счётчик № 12345678901, прибор учёта 12345678901, трек-номер 80091234567890, посылка 80091234567890",
        "квитанция 1234567890123, заводской номер 12345678901, штрихкод 4601234567890",
        "заявление 1234567890, заявка номер 3456789012",
        "на 2023-2024 учебный год, 66.530001 66.602222, в 2019-2025 годах",
        "паспорт качества 12-34567, паспорт дома 1234",
        "части I-II 123456",
        "плата выросла с 120 на 150, в 100 км 20 домов, с 500 на 450 рублей",
        "",
    ],
)
def test_stays(text: str) -> None:
    """Houses, dates, sums, laws, numbers of questions and hotlines stay readable, whoever says them."""
    assert text == mask(text)
    assert text == mask(text, office=True)


ANSWER = (
    "Здравствуйте, Ирина Сергеевна! Ирине Петровой перезвонит Иванов И. И., тел. 8 (34922) 5-67-89, 8 922 123-45-67, "
    "почта gkh@yamal.example, ivan@mail.ru."
)


def test_office() -> None:
    """What an official says of offices stays, the resident's own does not."""
    own = Own(name=frozenset({"ирина", "ирине", "петрова", "петровой"}))
    assert (
        "Здравствуйте, [имя]! [имя] перезвонит Иванов И. И., тел. 8 (34922) 5-67-89, [телефон], "
        "почта gkh@yamal.example, [почта]."
    ) == mask(ANSWER, own, office=True)


ADDRESSED = {
    "dear": ("Уважаемая Мария Петровна! Воду включат", "Уважаемая [имя]! Воду включат"),
    "dear, by surname": ("Уважаемый Иванов И.П.!", "Уважаемый [имя]!"),
    "dear, in capitals": ("УВАЖАЕМАЯ МАРИЯ ПЕТРОВНА!", "УВАЖАЕМАЯ [имя]!"),
    "dear, two of them": ("Уважаемые Иван Петрович и Мария Сергеевна!", "Уважаемые [имя]!"),
    "a greeting": ("Добрый день, Мария!", "Добрый день, [имя]!"),
    "without a comma": ("Здравствуйте Мария Петровна!", "Здравствуйте [имя]!"),
    "with the answer in the same sentence": ("Здравствуйте, Мария воду дадут", "Здравствуйте, [имя] воду дадут"),
    "in a sentence of its own": ("Добрый день! Мария Петровна, воду дадут", "Добрый день! [имя], воду дадут"),
    "first of all": ("Мария Петровна, воду дадут", "[имя], воду дадут"),
    "the greeting behind": ("Иванова М. П., здравствуйте!", "[имя], здравствуйте!"),
    "the same of a name": ("Мария, добрый день!", "[имя], добрый день!"),
    "a citizen": ("Гражданка Иванова Мария обратилась", "Гражданка [имя] обратилась"),
    "who asked": ("заявителю Ивановой Марии Петровне отказано", "заявителю [имя] отказано"),
    "a child": ("Ваш ребёнок Петров Иван зачислен", "Ваш ребёнок [имя] зачислен"),
    "a son": ("Вашему сыну Петрову И. И. дали место", "Вашему сыну [имя] дали место"),
}


@pytest.mark.parametrize(("text", "expected"), ADDRESSED.values(), ids=ADDRESSED.keys())
def test_addressed(text: str, expected: str) -> None:
    """Whom an official speaks to, or calls a resident, is hidden even if nothing else is known of him."""
    assert expected == mask(text, office=True)


@pytest.mark.parametrize(
    "text",
    [
        "С уважением, начальник отдела Иванов И. И.",
        "Иванов Иван Иванович,\nначальник отдела",
        "Вам перезвонит Сергей Петров",
        "Министр Петрова Анна Сергеевна подпишет приказ",
        "Глава района Иванов Иван Иванович",
        "Иван Петрович, начальник отдела, ответит Вам",
        "на улице Ленина и ул. Анны Петровой, 5-12",
        "школа имени Ивана Петрова",
        "Здравствуйте, Ваш вопрос у нас",
        "Здравствуйте, Надымский район",
        "Здравствуйте! Вода, газ и свет будут",
        "Добрый день, Департамент ЖКХ сообщает",
        "Уважаемые жители! Уважаемые Жители Надыма!",
        "гражданин Российской Федерации, граждане России",
        "дочернее предприятие Газпром, МУП Горэлектросеть",
        "Ямало-Ненецкий автономный округ, Новый Уренгой",
        "t.me/yanao, vk.com/yanao, тел. (34922) 5-67-89",
    ],
)
def test_office_stays(text: str) -> None:
    """Officials, ministers, streets and offices stay as they are said."""
    assert text == mask(text, office=True)


INTRODUCED = {
    "a signature": "Нет воды. С уважением, Иванова Мария Петровна",
    "an introduction": "Меня зовут Мария Петровна Иванова",
    "initials": "Иванова М. П. (ул. И. И. Ленина)",
    "small letters": "пишет иванова мария петровна",
}


@pytest.mark.parametrize("text", INTRODUCED.values(), ids=INTRODUCED.keys())
def test_own_words(text: str) -> None:
    """What a resident is called her own words say, in whatever way; streets are not hers."""
    words = own_words(text)
    assert "иванова" in words
    assert {"иванова", "мария", "петровна"}.issuperset(words)


def test_own_name_and_what_stands_beside() -> None:
    """Patronymic, surname and initials go with the name; a street that is called so stays."""
    own = Own(name=frozenset({"мария", "марии", "иванова", "ивановой", "ленина"}))
    said = "Марии Петровне Сидоровой и Ивановой М. П. ответили; М.П. Иванова живёт на ул. Ленина"
    assert "[имя] и [имя] ответили; [имя] живёт на ул. Ленина" == mask(said, own, office=True)


def test_own_address() -> None:
    """A page, a nick and a flat that a resident gave are hidden also where an official repeats them."""
    own = Own(keys=keys("Ленина 5-12, https://t.me/ivanov, @petrov"))
    said = "Мастер придёт: Ленина 5-12. Ответили на t.me/ivanov и @petrov, новости в t.me/yanao"
    assert "Мастер придёт: Ленина 5-[номер]. Ответили на [страница] и [ник], новости в t.me/yanao" == mask(
        said, own, office=True
    )


def test_own_mailbox() -> None:
    """A mailbox that a resident has written around is known again in whatever way."""
    own = Own(keys=keys("пишите: Irina собака firma точка ru"))
    assert "напишем на [почта], [почта]" == mask("напишем на irina@firma.ru, irina(at)firma.ru", own, office=True)
    assert "gkh собака yamal точка ru" == mask("gkh собака yamal точка ru", own, office=True)


def test_own_phone() -> None:
    """A phone that the resident gave is his, however an official writes it."""
    own = Own(keys=keys("мой домашний 83492256789, ящик Irina@firma.example"))
    said = "Позвоним на 8 (34922) 5-67-89, напишем на irina@firma.example"
    assert "Позвоним на [телефон], напишем на [почта]" == mask(said, own, office=True)
    assert said == mask(said, office=True)


def test_name_is_no_word() -> None:
    """Who is called like a thing hides the thing only where it begins with a capital."""
    own = Own(name=frozenset({"роза", "розы"}))
    assert "[имя], розы посадим" == mask("Роза, розы посадим", own, office=True)


@given(
    st.text(max_size=300) | st.lists(st.sampled_from(list(MASKED))).map(lambda ids: " ".join(MASKED[i][0] for i in ids))
)
def test_twice(text: str) -> None:
    """What is masked stays as it is when it is masked again."""
    once = mask(text)
    assert once == mask(once)


@pytest.mark.parametrize(
    "part",
    [
        *(
            "1",
            "1 ",
            "А",
            "Аа ",
            "кв ",
            "паспорт ",
            "a@",
            "a.",
            "тел ",
            "А.А.",
            "+1 ",
            "Аов ",
            "лицевой счет ",
            "родился ",
        ),
        *(
            "овна ",
            "Аа Аовна ",
            "Здравствуйте, ",
            "Уважаемая ",
            "Аа, ",
            "сын ",
            "Аа-",
            "1-",
            "ул. а ",
            "Аа 1-1 ",
            "vk.com/",
            "a.",
        ),
        *("я ", "с уважением ", "Аа\n", "ул. "),
        *("собака ", "a собака a точка ", "a [at] a ", "a точка ", "a @ ", "a.a@a.", "точкаa "),
        *("8\n", "8 912 ", "8 912 тел 345 67 8", "912/", "карта 2", "счёт 1", "40817.", "инн ", "снилс 1"),
    ],
)
def test_fast(part: str) -> None:
    """No text makes it look through the same again and again."""
    text = part * (100_000 // len(part))
    assert effort(lambda: mask(text), tries=1) < 2
