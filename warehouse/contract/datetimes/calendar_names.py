"""Names of months and weekdays, as texts in several languages have them."""

CENTURY = 2000
"""The earliest year that two digits mean, if a column does not say another."""

ENGLISH = "en"
_MONTHS = {
    "en": "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sept|sep "
          "october|oct november|nov december|dec",
    "de": "januar|jänner|jan februar|feber|feb märz|maerz|mär|mrz april|apr mai juni|jun juli|jul august|aug "
          "september|sept|sep oktober|okt november|nov dezember|dez",
    "es": "enero|ene febrero|feb marzo|mar abril|abr mayo|may junio|jun julio|jul agosto|ago "
          "septiembre|setiembre|sept|sep|set octubre|oct noviembre|nov diciembre|dic",
    "fr": "janvier|janv|jan février|fevrier|févr|fevr|fév|fev mars|mar avril|avr mai juin juillet|juil août|aout|aoû "
          "septembre|sept|sep octobre|oct novembre|nov décembre|decembre|déc|dec",
    "it": "gennaio|gen febbraio|feb marzo|mar aprile|apr maggio|mag giugno|giu luglio|lug agosto|ago "
          "settembre|sett|set ottobre|ott novembre|nov dicembre|dic",
    "nl": "januari|jan februari|feb maart|mrt april|apr mei juni|jun juli|jul augustus|aug september|sept|sep "
          "oktober|okt november|nov december|dec",
    "pt": "janeiro|jan fevereiro|fev março|marco|mar abril|abr maio|mai junho|jun julho|jul agosto|ago setembro|set "
          "outubro|out novembro|nov dezembro|dez",
}  # fmt: skip
_WEEKDAYS = {
    "en": "monday mon tuesday tues tue wednesday wed thursday thurs thur thu friday fri saturday sat sunday sun",
    "de": "montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sonnabend sa sonntag so",
    "es": "lunes lun martes mar miércoles miercoles mié mie jueves jue viernes vie sábado sabado sáb sab domingo dom",
    "fr": "lundi lun mardi mar mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim",
    "it": "lunedì lunedi lun martedì martedi mar mercoledì mercoledi mer giovedì giovedi gio venerdì venerdi ven "
          "sabato sab domenica dom",
    "nl": "maandag ma dinsdag di woensdag wo donderdag do vrijdag vr zaterdag za zondag zo",
    "pt": "segunda-feira segunda seg terça-feira terca-feira terça terca ter quarta-feira quarta qua quinta-feira "
          "quinta qui sexta-feira sexta sex sábado sabado sáb sab domingo dom",
}  # fmt: skip

LOCALES = tuple(_MONTHS)
"""Languages whose names are known, by ISO 639."""


def months(locale: str) -> dict[str, int]:
    """Number of the month, 1 to 12, by its name in lower case, in full and short, without a point."""
    spellings = _MONTHS[locale].split(" ")
    return {name: number for number, names in enumerate(spellings, 1) for name in names.split("|")}


def weekdays(locale: str) -> list[str]:
    """Names of the weekdays in lower case, in full and short; of two that begin alike the longer comes first."""
    return sorted(_WEEKDAYS[locale].split(), key=len, reverse=True)
