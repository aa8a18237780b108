"""What officials are warned of: rude words and personal data; and what is neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.fit import Draft
from bot.desk import cards
from bot.desk.flags import LOOKED_AT, is_rude, personal_data, warning
from bot.model.content import Content
from tests.bot.test_desk import LOOK, NOW, QUESTION
from tests.effort import effort

RUDE = (
    "хуй ХУЙ хуйня нахуй похуй нихуя дохуя хуёво хуево охуели ахуеть захуярили хуе-мое"
    " пизда пиздец распиздяи пздц бля блять блядь блядский выблядок"
    " ёбаный ебаный еблан заебали заёб отъебитесь съебали уёбок уебки долбоёбы долбаеб выебываться проебали недоебок"
    " пидор пидорасы мудак мудаки сука суки суку сукин говно говнюк жопа жопе гандон гондоны ублюдки"
    " насрать обосрали сраный херня херово нахер похер шлюха мразь сволочи манда залупа дрочить"
)
DISGUISED = {
    "Latin letters that look alike": "xуй хyй xyй пиzда cука cyka мyдак зaебали",
    "digits that look alike": "6лять пи3дец п0хуй",
    "stretched": "хуууууй сукаааа бляяя пиииздец ЁЁЁБАНЫЙ",
    "signs instead of a letter": "х*й ху*ня п*здец пи*дец бл*дь бля*ь еб*ный с*ка су*а муд*к пид*р",
    "several signs": "п***ец п***ц бл##ь",
    "an at sign": "бл@дь сук@",
}
#: Words with the same letters.
INNOCENT = (
    "хлеб оскорблять оскорбляют употребление потребление застраховать страхуй подстрахуйте подстраховка команда"
    " команде психушка психуй психуют сукно рубля рублями колебания мебель Хулимсунт небось бляха бляшка гребля"
    " скипидар мандарин мандат мандраж стеблю стебли себе тебе небо небеса требуем требования Херсон херувим"
    " Олеговна Георгиевна Аманда Екатеринбург Ебург ЕБС хуже худой хутор хурма Хуан штрихует сучья сук суккулент"
    " Сукачёв мудрый Мударисов учеба учебник хребет жеребёнок лебедь ребята дебит дебаты вебинар гондола Лондон"
    " наследие собрать собрали сразу сражение подебоширил корабля сабля земля вопля ансамбля дубля зебра погреб щебень"
    " служба серебро волшебный целебный поезд проезд эпизод пообедать победа перебежать необеспеченный"
    " ссылка Россия россыпь пидестал педикюр мохер парикмахера брандмауэр тепидарий лапидарный"
    " her hue huge ebook eBay hyena Xerox"
)


@pytest.mark.parametrize("word", RUDE.split())
def test_rude(word: str) -> None:
    """The roots are found in their forms, in any case and with any letter ё, and beside other words."""
    assert [True, True, True] == [is_rude(text) for text in (word, f"Эй, «{word.upper()}»!", f"{word}\nчто ли")]


@pytest.mark.parametrize("words", DISGUISED.values(), ids=DISGUISED.keys())
def test_disguised(words: str) -> None:
    """Common disguises hide nothing."""
    assert [] == [word for word in words.split() if not is_rude(f"Вы там {word}, начальники")]


@pytest.mark.parametrize("word", INNOCENT.split())
def test_innocent(word: str) -> None:
    """A word that only holds such letters is nobody's fault."""
    assert "" == warning(f"Вот {word}, {word.upper()} и {word.capitalize()}.")


@pytest.mark.parametrize(
    "text",
    [
        "машина Е600МН89",
        "номер е666кх",
        "2*2=4, а*б*с",
        "***важно***",
        "х** и х*",
        "мне не бы ло тепло",
        "сдача по акту",
        "на верху я",
        "в меху и",
        "за бляхой",
    ],
)
def test_innocent_texts(text: str) -> None:
    """Plates, sums, emphasis and words that only meet are no rude words."""
    assert "" == warning(text)


def _with_check_digit(first: str) -> str:
    """A card number of 16 digits that passes Luhn's check."""
    return next(
        first + digit
        for digit in "0123456789"
        if sum(int(sign) if at % 2 else sum(map(int, str(int(sign) * 2))) for at, sign in enumerate(first + digit)) % 10
        == 0
    )


CARD = _with_check_digit("220012345678901")
PERSONAL = {
    "+79221234567": "телефон",
    "+7 922 123 45 67": "телефон",
    "8 922 123-45-67": "телефон",
    "8(922)123-45-67": "телефон",
    "8 (3494) 22-33-44": "телефон",
    "89221234567": "телефон",
    "79221234567": "телефон",
    "(922) 123-45-67": "телефон",
    "922 123-45-67": "телефон",
    "тел.8-922-123-45-67.": "телефон",
    "звоните:+7(922)1234567": "телефон",
    "мой номер 89221234567": "телефон",
    "паспорт 7412 123456": "паспорт",
    "Паспорт: 7412123456": "паспорт",
    "паспорт гражданина РФ серия 74 12 № 123456": "паспорт",
    "серия 7412 номер 123456": "паспорт",
    "7412 123456, паспорт выдан в Надыме": "паспорт",
    "112-233-445 95": "СНИЛС",
    "112 233 445 95": "СНИЛС",
    "СНИЛС 11223344595": "СНИЛС",
    CARD: "карта",
    f"{CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}": "карта",
    f"{CARD[:4]}-{CARD[4:8]}-{CARD[8:12]}-{CARD[12:]}": "карта",
    "ivan.petrov@mail.ru": "e-mail",
    "Иван+1@почта.рф": "e-mail",
}


@pytest.mark.parametrize(("text", "kind"), PERSONAL.items(), ids=PERSONAL.keys())
def test_personal_data(text: str, kind: str) -> None:
    """Each kind is found as people write it, and nothing else is."""
    assert (kind,) == personal_data(f"Пишите: {text} спасибо")


@pytest.mark.parametrize(
    "text",
    [
        "№ 123",
        "лицевой счёт 89001234567",
        "лицевой счет № 1234567890",
        "л/с: 89001234567",
        "договор 89221234567",
        "ИНН 770708389312",
        "УИН 18810089230000012345",
        "расчётный счёт 40817810099910004312",
        "кадастровый номер 89:08:010203:456",
        "8 800 100-20-30",
        "8-800-555-35-35",
        "01.02.2024 в 10:30",
        "2024-01-02 10:30:00",
        "18 06 2024 12 30 45",
        "показания 12345, 6789",
        "1 000 000 000 рублей",
        "с 8 до 17, обед 12-13",
        "широта 65.534123, долгота 72.513245",
        "112",
        "123-456-789 00",
        CARD[:-1] + str((int(CARD[-1]) + 1) % 10),
        "серия домов 1974 года",
        "паспорт готовности 2024",
        "@channel",
        "цена 5@шт",
    ],
)
def test_other_numbers(text: str) -> None:
    """Accounts, sums, dates, places, hotlines and numbers with wrong check digits are nobody's personal data."""
    assert () == personal_data(f"Вот: {text}. Спасибо")


def test_together() -> None:
    """One line has it all, each kind once."""
    text = f"Суки! +79221234567, 8 922 123-45-68, a@b.ru, СНИЛС 112-233-445 95, карта {CARD}, паспорт 7412 123456"
    line = "Грубая лексика · Похоже на личные данные: телефон, паспорт, СНИЛС, карта, e-mail"
    assert (line, "") == (warning(text), warning("Нет тепла"))


DRAFTS = {
    "card": lambda text: cards.card(QUESTION, Content(text=text), LOOK, NOW),
    "follow-up": lambda text: cards.follow_up(QUESTION, Content(text=text)),
    "correction": lambda text: cards.edited(QUESTION, Content(text="Было"), Content(text=text)),
}


@pytest.mark.parametrize("kind", DRAFTS)
def test_line_of_its_own(kind: str) -> None:
    """The official reads the warning under the header, and the words as they are; without one there is no line."""
    draft: Draft = DRAFTS[kind]("Суки, где тепло?")
    header = draft.text.partition("\n\n")[0]
    assert "⚠️ Грубая лексика" == header.splitlines()[-1]
    assert draft.text.endswith("Суки, где тепло?")
    assert "⚠️" not in DRAFTS[kind]("Где тепло?").text


@given(st.text(alphabet=st.sampled_from("хуйебляпизд*#@ёaеcкsyx0123456789 -+()№.,:;\nпаспорт серия"), max_size=300))
def test_never_fails(text: str) -> None:
    """Whatever people write, a line comes of it, or none."""
    assert warning(text).count("\n") == 0


@given(st.text(max_size=300))
def test_never_fails_of_any_text(text: str) -> None:
    """The same with any signs that there are; what was found is found in other surroundings too."""
    assert warning(text).count("\n") == 0
    assert "Грубая лексика" in warning(f"{text} хуйня {text}")


HARD = [
    "x",
    "х",
    "хуже ",
    "тебе",
    "ебо ",
    "п*",
    "а*",
    "1",
    "1 2-",
    "8 ",
    "7412 123456 ",
    "паспорт ",
    "a.b-c@d.",
    "e",
    "+7",
]


@pytest.mark.parametrize("part", HARD)
def test_no_text_takes_long(part: str) -> None:
    """Nobody can hold the service up with a text that is hard to look through: its length alone counts."""
    text = (part * LOOKED_AT)[: 10 * LOOKED_AT]
    # A hundred times what it takes: a text that is looked through again from each letter takes many seconds.
    assert effort(lambda: warning(text), tries=1) < 2
