"""Negations: words beside which a name is not a claim."""

import re

_LETTER = r"[^\W\d_]"
# Words that stand by themselves, by language: denials, and what turns a statement into talk about one. Where
# one of them is a harmless word in another language, a sign of generation is missed; the other way round
# someone would be accused of what they deny.
_WORDS = """
no not never neither nor none non without cannot nothing isnt wasnt arent dont doesnt didnt unlike except
against instead rather anti stop avoid avoids avoided refuse refuses refused ban bans banned forbid forbids
forbidden prohibit prohibits prohibited hate hates human humans hand handmade handdrawn free zero noai boycott
hardly barely scarcely false falsely wrong wrongly untrue mistaken mistakenly mistook accuse accused accuses
accusation accusations allegedly supposedly lie lies hoax rumour rumours rumor rumors if whether could might
would than anything
sin nunca jamás ni nada ningún ninguna ninguno tampoco sino mano não nao sem nem nenhum nenhuma mão
pas sans aucun aucune jamais ne main senza mai nessun nessuna nessuno né nu fără
supuestamente presuntamente falso falsa falsamente mentira apenas supostamente alegadamente
faussement prétendument soi-disant nullement aucunement guère rien presumibilmente affatto bugia
keineswegs keinesfalls keinerlei kaum angeblich fälschlich fälschlicherweise vermeintlich lüge
якобы ложно никак ничего нельзя едва
nicht nichts kein keine keinen keiner keinem keines ohne nie niemals weder statt handgezeichnet
niet geen zonder nooit inte icke ikke ej utan uden uten ingen inga intet aldrig aldri
ei eikä ilman nem nélkül nincs değil yok olmadan hiç asla όχι δεν χωρίς μην
nie bez żaden żadnej není nebyl nebyla nebylo niti nisu nije
не нет без ни никогда ні немає вручную
tidak bukan tanpa belum không chẳng chưa
لا لم ليس ليست بدون غير دون לא בלי ללא אין नहीं बिना न
"""
# Parts of words, and scripts that put no space between words: Chinese, Japanese, Korean, Thai.
_PARTS = (
    rf"n['\u2019]t|(?<!{_LETTER})(?:n['\u2019]|(?:non|no|anti)-)|0 ?%|100 ?% (?:human|hand)"
    r"|hand[ -]?(?:made|drawn|painted)"
    r"|[不没沒无無非未禁勿别別否]|ない|なし|なく|ません|せず|使わず|らず|違|嘘|誤|误|谣|謠|疑|手作|人間|手描|手绘|手繪|手書"
    r"|않|없|아니|아닌|아닙|아님|미사용|오해|거짓|의심|금지|안 |못|손으로|ไม่|[?\uff1f]"
)
_DENIALS = re.compile(rf"(?<!{_LETTER})(?:{'|'.join(_WORDS.split())})(?!{_LETTER})|{_PARTS}", re.IGNORECASE)


def denies(text: str) -> bool:
    """True if anything in a text may deny the rest of it, or asks instead of saying."""
    return _DENIALS.search(text) is not None
