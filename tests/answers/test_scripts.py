"""A handbook in any script answers questions in it: accents, marks, and words written without spaces."""

import pytest

from deskbot.answers.audience import Audience
from deskbot.answers.knowledge import Knowledge, build

# By language: a handbook of three articles (title, text), questions with the article that answers, and a synonym that
# no article says, with what it means.
HANDBOOKS: dict[str, tuple[list[tuple[str, str]], list[tuple[str, int]], tuple[str, str]]] = {
    "pt": (
        [
            ("Férias", "Cada trabalhador tem 25 dias úteis de férias por ano."),
            ("Salário", "O salário é pago no último dia útil do mês."),
            ("Doença", "Quem está doente avisa a chefia até às dez horas."),
        ],
        [("quantos dias de FERIAS tenho", 0), ("em que dia pagam o salario", 1), ("estou doente, quem aviso", 2)],
        ("soldada", "salário"),
    ),
    "ru": (
        [
            ("Ежегодный отпуск", "Каждый сотрудник имеет 28 календарных дней отпуска в году."),
            ("Заработная плата", "Зарплата выплачивается в последний рабочий день месяца."),
            ("Болезнь", "Больничный лист передайте руководителю в тот же день."),
        ],
        [("сколько дней отпуск", 0), ("зарплата в какой день", 1), ("кому передать больничный лист", 2)],
        ("каникулы", "отпуск"),
    ),
    "el": (
        [
            ("Ετήσια άδεια", "Κάθε εργαζόμενος έχει 25 ημέρες άδειας τον χρόνο."),
            ("Μισθός", "Ο μισθός πληρώνεται την τελευταία εργάσιμη ημέρα."),
            ("Ασθένεια", "Ενημερώστε τον προϊστάμενο πριν από τις δέκα."),
        ],
        [("ποσες ημερες ετησια αδεια", 0), ("ποτε πληρωνεται ο μισθος", 1), ("ΑΣΘΕΝΕΙΑ προϊσταμενο", 2)],
        ("διακοπές", "άδεια"),
    ),
    "ar": (
        [
            ("الإجازة السنوية", "لكل موظف 25 يوم إجازة في السنة."),
            ("الراتب", "يدفع الراتب في آخر يوم عمل من الشهر."),
            ("المرض", "أخبر المدير قبل الساعة العاشرة."),
        ],
        [("كم يوم الإجازة السنوية", 0), ("متى يدفع الراتب", 1), ("المرض من أخبر المدير", 2)],
        ("العطلة", "الإجازة"),
    ),
    "he": (
        [
            ("חופשה שנתית", "לכל עובד 25 ימי חופשה בשנה."),
            ("משכורת", "המשכורת משולמת ביום העבודה האחרון בחודש."),
            ("מחלה", "יש להודיע למנהל לפני השעה עשר."),
        ],
        [("כמה ימי חופשה", 0), ("מתי משולמת המשכורת", 1), ("מחלה להודיע למנהל", 2)],
        ("פגרה", "חופשה"),
    ),
    "zh": (
        [
            ("年假", "每位员工每年有二十五天年假。"),
            ("工资", "工资在每月最后一个工作日发放。"),
            ("病假", "生病时请在十点之前通知经理。"),
        ],
        [("我有几天年假", 0), ("工资什么时候发放", 1), ("生病了要通知谁", 2)],
        ("薪水", "工资"),
    ),
    "ja": (
        [
            ("年次有給休暇", "社員は毎年二十日の有給休暇を取得できます。"),
            ("給与", "給与は毎月末日に支払われます。"),
            ("病気", "病気のときは十時までに上司に連絡してください。"),
        ],
        [("有給休暇は何日ありますか", 0), ("給与はいつ支払われますか", 1), ("病気のとき誰に連絡しますか", 2)],
        ("サラリー", "給与"),
    ),
    "hi": (
        [
            ("वार्षिक अवकाश", "हर कर्मचारी को साल में 25 दिन का अवकाश मिलता है।"),
            ("वेतन", "वेतन महीने के अंतिम कार्य दिवस पर मिलता है।"),
            ("बीमारी", "दस बजे से पहले प्रबंधक को सूचित करें।"),
        ],
        [("वार्षिक अवकाश कितने दिन", 0), ("वेतन कब मिलता है", 1), ("बीमारी में प्रबंधक को सूचित", 2)],
        ("तनख्वाह", "वेतन"),
    ),
    "th": (
        [
            ("วันลาพักร้อน", "พนักงานมีวันลาพักร้อน 15 วันต่อปี"),
            ("เงินเดือน", "เงินเดือนจ่ายในวันทำการสุดท้ายของเดือน"),
            ("ลาป่วย", "แจ้งหัวหน้าก่อนสิบโมงเช้าเมื่อป่วย"),
        ],
        [("วันลาพักร้อนมีกี่วัน", 0), ("เงินเดือนจ่ายเมื่อไร", 1), ("ป่วยต้องแจ้งหัวหน้าไหม", 2)],
        ("ค่าจ้าง", "เงินเดือน"),
    ),
    "ko": (
        [
            ("연차 휴가", "모든 직원은 매년 15일의 연차 휴가를 받습니다."),
            ("급여", "급여는 매월 마지막 근무일에 지급됩니다."),
            ("병가", "아프면 열 시 전에 관리자에게 알리세요."),
        ],
        [("연차 휴가 며칠", 0), ("급여는 언제 지급", 1), ("병가 관리자에게", 2)],
        ("봉급", "급여"),
    ),
}
# Words are not cut in these, or not freed of their endings: the right text comes first, with less confidence.
WITHOUT_WORDS = ("zh", "ja", "th", "ko")
QUESTIONS = [(language, *asked) for language, (_, questions, _) in HANDBOOKS.items() for asked in questions]


def _handbook(language: str, synonyms: list[list[str]] | None = None) -> Knowledge:
    articles, _, _ = HANDBOOKS[language]
    pages = {
        f"{at}.md": f"---\ntitle: {title}\nlanguage: {language}\n---\n\n# {title}\n\n{text}\n"
        for at, (title, text) in enumerate(articles)
    }
    return build(pages, synonyms or [])


@pytest.mark.parametrize(("language", "question", "answer"), QUESTIONS)
def test_a_question_finds_its_article_in_every_script(language: str, question: str, answer: int) -> None:
    """Latin with accents, Cyrillic, Greek, Arabic, Hebrew, Chinese, Japanese, Devanagari, Thai and Hangul."""
    found = _handbook(language).find(question, Audience(language=language), language)
    assert found.ranked[0][0].article.path == f"{answer}.md"
    assert language in WITHOUT_WORDS or found.decision in ("answer", "suggest")
    assert found.quote_md == HANDBOOKS[language][0][answer][1]
    assert found.language_note is None


@pytest.mark.parametrize("language", HANDBOOKS)
def test_a_companys_own_synonyms_work_in_every_script(language: str) -> None:
    word, meant = HANDBOOKS[language][2]
    found = _handbook(language, [[word, meant]]).find(word, Audience(language=language), language)
    said = " ".join((*found.ranked[0][0].path, found.ranked[0][0].text_md))
    assert meant[:3].casefold() in said.casefold()


@pytest.mark.parametrize("language", [language for language in HANDBOOKS if language not in ("pt",)])
def test_a_text_in_another_script_is_labelled(language: str) -> None:
    """Somebody who works in English and writes in the handbook's script is told that there is no English text."""
    found = _handbook(language).find(HANDBOOKS[language][0][1][0], Audience(language="en"), "en")
    assert found.ranked[0][0].article.path == "1.md"
    assert found.language_note
