"""Texts about the brokers' desk: work that is given or taken over."""

from __future__ import annotations

from matching.brokerage.texts.text import Text

TEMPLATES: dict[str, dict[str, Text]] = {
    "desk.given": {
        "it": Text(
            "Assegnato dalla scrivania: {title}",
            "Buongiorno,\n\nun collega ha assegnato «{title}»: si trova sulla scrivania, tra le voci proprie.\n",
        ),
        "en": Text(
            "Given to you on the desk: {title}",
            "Hello,\n\na colleague has given you “{title}”. It is on the desk, among your items.\n",
        ),
    },
    "desk.taken_over": {
        "it": Text(
            "Passato a un collega: {title}",
            "Buongiorno,\n\ndi «{title}» ora si occupa un collega. Non c'è altro da fare.\n",
        ),
        "en": Text(
            "Taken over by a colleague: {title}",
            "Hello,\n\na colleague now sees to “{title}”. There is nothing more to do.\n",
        ),
    },
}
