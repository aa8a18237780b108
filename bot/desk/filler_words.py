"""Words that say nothing by themselves: they are neither indexed nor looked for."""

from __future__ import annotations

# «Нет» is none: «нет воды» says more than «вода».
_WORDS = """
    а без более будет будут бы был была были было быть в вам вами вас весь во вот все всего всей всем всех всю вы
    где да даже для до его ее ей ему если есть еще же за зачем здесь и из или им ими их к как какая какие каким
    каких какое какой какую ко когда которая которого которое которой которую которые который которым которых кто
    куда ли либо лишь между меня мне мной мною мое моего моей мои моих мой мою моя мы на над нам нами нас наш наша
    наше нашего нашей наши наших нашу не него нее ней нем нему ни них но ну о об обо однако он она они оно от откуда
    ото по под почему при про с сам сама сами само свое своего своей свои своих свой свою своя себе себя со так
    такая также такие таких такое такой такую там твой те тебя тем теперь тех то тогда того тоже той только том тому
    тот ту тут ты у уже хоть чего чей чем через что чтоб чтобы эта эти этим этими этих это этого этой этом этому
    этот эту я
"""
#: As `bot.desk.words.tokenize` gives them.
FILLER_WORDS = frozenset(_WORDS.split())
#: Characters of a word: nobody looks for a longer one, and the index takes no word of more than 2 KB.
LONGEST_WORD = 60


def is_telling(word: str) -> bool:
    """Whether a word is indexed, and worth being looked for."""
    return word not in FILLER_WORDS and len(word) <= LONGEST_WORD
