"""What residents and officials say in made-up threads."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from benchmarks.wordlist import Subject, Wordlist

#: One word in so many is misspelt: half of all words that an index knows are such.
_MISSPELT = 200
#: One word of a resident in so many is about the topic.
_TOPICAL = 9


@dataclass(frozen=True, slots=True)
class Writer:
    """Makes texts, by chance: the same chance, the same texts."""

    wordlist: Wordlist
    random: Random

    def question(self, topic: Subject | None, place: Subject | None) -> str:
        """How a resident begins: 20 to 60 words, with a house number."""
        words = self._words(self.random.randint(20, 60), topic, place)
        words.insert(self.random.randrange(len(words)), str(self.random.randint(1, 120)))
        return _sentences(words, self.random)

    def further(self, topic: Subject | None) -> str:
        """What he adds: 5 to 25 words."""
        return _sentences(self._words(self.random.randint(5, 25), topic, None), self.random)

    def answer(self, topic: Subject | None, place: Subject | None) -> str:
        """An official's answer: 20 to 60 words between phrases that all officials use."""
        body = self._words(self.random.randint(20, 60), topic, place)
        case = f"№ {self.random.randint(1, 99999)}-{self.random.randint(10, 99)}"
        text = _sentences(body, self.random)
        return f"{self.random.choice(_OPENINGS)} {text} {self.random.choice(_CLOSINGS)} {case}"

    def interim(self) -> str:
        """What an official says for now."""
        return self.random.choice(_INTERIMS)

    def note(self, topic: Subject | None) -> str:
        """What officials tell each other: 4 to 12 words."""
        return _sentences(self._words(self.random.randint(4, 12), topic, None), self.random)

    def thanks(self) -> str:
        return self.random.choice(_THANKS)

    def _words(self, count: int, topic: Subject | None, place: Subject | None) -> list[str]:
        random = self.random
        words = self.wordlist.words.draw(random, count)
        if topic is not None:
            for form in topic.forms.draw(random, 1 + count // _TOPICAL):
                words[int(random.random() * count)] = form
        if place is not None:
            words[int(random.random() * count)] = place.forms.one(random).title()
        if random.random() < count / _MISSPELT:
            index = int(random.random() * count)
            words[index] = _misspelt(words[index], random)
        return words


def _misspelt(word: str, random: Random) -> str:
    """A letter doubled, lost or changed."""
    at = int(random.random() * len(word))
    return word[:at] + random.choice((word[at] * 2, "", random.choice("аеиоунтсрвлк"))) + word[at + 1 :]


def _sentences(words: list[str], random: Random) -> str:
    """With capitals and full stops."""
    start = 0
    while start < len(words):
        words[start] = words[start][:1].upper() + words[start][1:]
        start += 5 + int(random.random() * 12)
        words[min(start, len(words)) - 1] += random.choice("...?!")
    return " ".join(words)


_OPENINGS = (
    "Здравствуйте! Ваше обращение рассмотрено департаментом. Сообщаем следующее.",
    "Добрый день! Благодарим за обращение. По информации, предоставленной управляющей компанией, сообщаем.",
    "Уважаемый житель! В ответ на ваше обращение сообщаем, что специалистами администрации проведена проверка.",
    "Здравствуйте! Ваш вопрос направлен в ответственное учреждение, получен ответ.",
    "Добрый день! Администрация муниципального образования рассмотрела ваше сообщение и информирует.",
    "Здравствуйте! В соответствии с действующим законодательством и в пределах полномочий сообщаем.",
)
_CLOSINGS = (
    "Приносим извинения за доставленные неудобства. Подробнее можно узнать по телефону горячей линии.",
    "Работы будут выполнены в установленные сроки. Спасибо за неравнодушие! Обращение зарегистрировано под номером",
    "Контроль за исполнением сохраняется за департаментом. С уважением, пресс-служба. Регистрационный номер обращения",
    "При возникновении вопросов просим обращаться в единую диспетчерскую службу. Номер вашего обращения",
    "Благодарим за активную гражданскую позицию. Ответ подготовлен специалистом отдела, исходящий номер",
)
_INTERIMS = (
    "Здравствуйте! Приняли в работу, уточняем сроки у подрядчика и вернёмся с ответом.",
    "Добрый день! Вопрос передан специалистам, ответим после проверки.",
    "Здравствуйте! Бригада выехала по адресу, сообщим о результате.",
)
_THANKS = (
    "Спасибо!", "Спасибо большое!", "Благодарю за ответ", "Спасибо, всё понятно", "Ок, спасибо", "Огромное спасибо",
    "Спасибо, будем ждать", "👍", "Хорошо, спасибо вам", "Спасибо за оперативность!",
)  # fmt: skip
