"""What people of the demo company ask HR for, and what they are answered: the stuff its history is made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """One kind of ticket. `weight` is how often it comes, `country` whose it is ("" everybody's)."""

    role: str
    text: str
    answer: str
    weight: int = 3
    tier: int = 1
    request: str | None = None
    language: str = "en"
    country: str = ""
    priority: str = "normal"


STORIES: tuple[Story, ...] = (
    Story(
        "payroll",
        "My October payslip is missing the on-call hours from the 17th and 18th.",
        "You are right, the second weekend was not exported. We pay it with this month's run; the correction is on your November payslip.",
        6,
        2,
        "payroll-problem",
    ),
    Story(
        "payroll",
        "I changed banks. From when is my salary paid to the new account?",
        "Your new account is checked and active. Changes before the 20th count for the same month, so the next pay goes there.",
        5,
        2,
        "bank-change",
    ),
    Story(
        "payroll",
        "Why is the tax on my bonus so much higher than on my salary?",
        "Bonuses are withheld at a flat supplemental rate; what was too much comes back with your yearly return. The calculation is attached to your payslip.",
        4,
        2,
        None,
        "en",
        "US",
    ),
    Story(
        "payroll",
        "O meu recibo de vencimento não tem o subsídio de refeição de três dias.",
        "Tem razão: os três dias de teletrabalho não foram importados. Pagamos no próximo processamento.",
        5,
        2,
        "payroll-problem",
        "pt",
        "PT",
    ),
    Story(
        "payroll",
        "When do I get my W-2, and where can I download it?",
        "W-2 forms are ready by the end of January, under Documents in the payroll portal. You get a mail when yours is there.",
        3,
        2,
        None,
        "en",
        "US",
    ),
    Story(
        "payroll",
        "A minha declaração anual de rendimentos tem o NIF errado.",
        "Corrigimos o NIF e voltámos a emitir a declaração; está na sua área pessoal.",
        2,
        2,
        None,
        "pt",
        "PT",
    ),
    Story(
        "payroll",
        "I was paid twice for the same overtime shift, what do I do?",
        "Thank you for telling us. We take it back over the next two months, half each; nothing for you to do.",
        1,
        2,
        "payroll-problem",
        priority="high",
    ),
    Story(
        "benefits",
        "Can I add my newborn daughter to the health plan now or only at open enrollment?",
        "A birth is a life event, so you can add her now, within 30 days. I have sent you the form for the plan you are on.",
        4,
        2,
        "benefits-problem",
        "en",
        "US",
    ),
    Story(
        "benefits",
        "My dentist says my insurance is not active.",
        "The carrier had your old member number. It is active again; here is the new card.",
        4,
        2,
        "benefits-problem",
    ),
    Story(
        "benefits",
        "How do I raise my 401(k) contribution to 8 percent?",
        "Change it in the plan's portal at any time; it counts from the next pay period. The match stays at 4 percent.",
        3,
        2,
        None,
        "en",
        "US",
    ),
    Story(
        "benefits",
        "O seguro de saúde cobre fisioterapia sem prescrição?",
        "Precisa de prescrição para ter comparticipação. Com ela, a seguradora paga 80 % até 20 sessões por ano.",
        4,
        2,
        None,
        "pt",
        "PT",
    ),
    Story(
        "benefits",
        "My FSA card was declined at the pharmacy.",
        "The charge was read as cosmetics. Send the receipt in the portal and it is refunded within five days.",
        2,
        2,
        "benefits-problem",
        "en",
        "US",
    ),
    Story(
        "leave",
        "I need to take medical leave from next week on.",
        "I am sorry to hear that. Your leave is set up from Monday; your manager sees the dates only. The certificate goes to us alone.",
        3,
        3,
        "leave-of-absence",
    ),
    Story(
        "leave",
        "Preciso de pedir licença parental a partir de março.",
        "Parabéns. A licença está registada; envio-lhe o plano de datas e os documentos que faltam.",
        2,
        3,
        "leave-of-absence",
        "pt",
        "PT",
    ),
    Story(
        "leave",
        "Could I have a sit-stand desk and a screen reader because of my condition?",
        "Yes. We have started the accommodation; facilities deliver the desk on Thursday and IT installs the reader.",
        2,
        3,
        "leave-of-absence",
    ),
    Story(
        "timekeeping",
        "I forgot to clock out on Tuesday, I left at 18:10.",
        "Corrected to 18:10 and confirmed by your manager.",
        7,
        1,
        "missed-punch",
    ),
    Story(
        "timekeeping",
        "How many vacation days do I have left this year?",
        "You have 9 days left, 3 of them carried over and to be used by the end of April.",
        8,
        1,
        "pto-balance",
    ),
    Story(
        "timekeeping",
        "Marquei férias na semana errada, podem trocar?",
        "Troquei para a semana de 14 a 18; o seu responsável já aprovou.",
        4,
        1,
        "pto-balance",
        "pt",
        "PT",
    ),
    Story(
        "timekeeping",
        "My timesheet is locked but last Friday is wrong.",
        "The period is closed, so the correction goes into the next one, off-cycle, with your manager's approval.",
        3,
        1,
        "missed-punch",
    ),
    Story(
        "hr_specialist",
        "My job title has been wrong since May, I am a Senior Software Engineer now.",
        "Corrected with effect from 1 May; your manager confirmed it and the directory shows it from tomorrow.",
        3,
        1,
        "title-correction",
    ),
    Story(
        "hr_specialist",
        "Could I have a copy of my signed contract?",
        "It is in your personal file; I have also put a copy in your documents.",
        3,
        1,
    ),
    Story(
        "hr_specialist",
        "Preciso de uma declaração para o arrendamento da casa.",
        "A declaração está pronta na sua área pessoal e pode ser verificada pelo senhorio com o código.",
        4,
        1,
        "employment-letter",
        "pt",
        "PT",
    ),
    Story(
        "hr_specialist",
        "I need an employment letter for my bank.",
        "Here it is. The bank can check it with the code on the letter.",
        4,
        1,
        "employment-letter",
    ),
    Story(
        "hr_coordinator",
        "Who do I ask for a badge and a welcome pack for a visitor on Monday?",
        "Reception has both ready from 9:00; I have put your visitor on Monday's list.",
        3,
    ),
    Story(
        "hr_coordinator",
        "Can you book the big room for the onboarding session on the 12th?",
        "Booked from 9:30 to 12:00, with lunch for fourteen.",
        2,
    ),
    Story(
        "hr_generalist",
        "Am I allowed to teach a course in the evenings besides my job here?",
        "Yes, when it is outside working hours and not for a competitor. Please write it down in the side job form so that it is on record.",
        4,
    ),
    Story(
        "hr_generalist",
        "Can my parents stay in the company flat when they visit?",
        "The flat is for business trips, so not this time. I have sent you two hotels with our rate.",
        2,
    ),
    Story(
        "hr_generalist",
        "Posso trabalhar de Espanha durante duas semanas em agosto?",
        "Pode, até 20 dias por ano dentro da União Europeia. Fica registado e não muda nada no salário.",
        3,
        1,
        None,
        "pt",
        "PT",
    ),
    Story(
        "hris",
        "My manager in the system is someone who left in spring.",
        "Corrected: you report to your team's new manager. The approval path follows by tonight.",
        4,
        1,
        "manager-change",
    ),
    Story(
        "hris",
        "I cannot log in to the HR portal since the password reset.",
        "Your account was locked after five tries. It is open again; please use the reset link once.",
        6,
        1,
        priority="high",
    ),
    Story(
        "hris",
        "A minha morada ainda é a antiga no portal.",
        "Atualizada. O processamento salarial e o seguro recebem-na esta noite.",
        3,
        1,
        "name-or-address-change",
        "pt",
        "PT",
    ),
    Story(
        "recruiting",
        "We need an interview panel for the backend role next week.",
        "Scheduled for Wednesday and Thursday; the invitations are out and the room is booked.",
        4,
        1,
        "interview-scheduling",
    ),
    Story(
        "recruiting",
        "Did my referral for the designer role arrive?",
        "It did. She has a first call on Friday; you hear from us when it is decided.",
        3,
    ),
    Story(
        "service_desk",
        "Where do I find the form for parking?",
        "It is under Requests, in the section about the office. It takes two days.",
        5,
    ),
    Story(
        "service_desk", "The link to the travel policy on the intranet is broken.", "Thank you, the link is mended.", 4
    ),
    Story(
        "service_desk",
        "Quem trata dos cartões de refeição perdidos?",
        "Nós. O cartão novo chega em cinco dias úteis; o antigo já está bloqueado.",
        3,
        1,
        None,
        "pt",
        "PT",
    ),
    Story(
        "compliance",
        "My supervisor asks for proof that I did the security training.",
        "Here is the record: completed on 4 September, valid for a year.",
        3,
    ),
    Story(
        "compliance",
        "How long do you keep my old performance reviews?",
        "Three years after you leave, then they are deleted. I have sent you the list of what we hold.",
        2,
        1,
        "personal-data-request",
    ),
    Story(
        "people_analytics",
        "Could I get the headcount by team and office as of 1 November?",
        "Here is the table, with joiners and leavers since July.",
        3,
        1,
        "people-report",
    ),
    Story(
        "lifecycle",
        "Ana starts on 1 December in Lisbon, what do I have to prepare?",
        "Her plan is open: laptop and accounts by the 27th, badge on the day, first week with a buddy. You have two tasks.",
        4,
        1,
        "onboarding",
    ),
    Story(
        "lifecycle",
        "Tom's last day is the 30th. What happens with his laptop and access?",
        "The plan is set: access ends at 18:00 that day, the laptop goes back to IT in the morning, final pay with the December run.",
        3,
        1,
        "offboarding",
    ),
    Story(
        "hr_ops_manager",
        "My request has been open for two weeks and nobody answers.",
        "I am sorry. It had been given to somebody on leave; it is with me now and you have the answer today.",
        1,
        1,
        priority="high",
    ),
    Story(
        "employee_relations",
        "A confidential report.",
        "Thank you for trusting us with this. I would like to talk with you in person, where and when you feel safe.",
        1,
        4,
        "grievance",
    ),
)

FOLLOW_UPS: tuple[str, ...] = (
    "Thank you! One more thing: does that also count for next month?",
    "Great, thanks for the quick answer.",
    "I still see the old value in the portal.",
    "Could you send me that in writing, please?",
    "Perfeito, muito obrigado.",
)
SECOND_ANSWERS: tuple[str, ...] = (
    "Yes, it stays that way until you change it.",
    "I have refreshed it; you should see it now.",
    "It is attached to this request.",
    "Com todo o gosto.",
)

QUESTIONS: tuple[tuple[str, str], ...] = (
    ("When is payday this month?", "pay"),
    ("How many days of annual leave do we get?", "time-off"),
    ("What do I do when I am sick?", "leave"),
    ("How do I book time off?", "time-off"),
    ("How does the employee referral bonus work?", "recruiting"),
    ("Can I work from abroad?", "working-here"),
    ("What is the notice period?", "leaving"),
    ("How much parental leave do I get?", "leave"),
    ("Quando é pago o subsídio de Natal?", "pay"),
    ("Quantos dias de férias temos?", "time-off"),
)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something people ask about and no article of the company speaks of: their words, and what tickets are answered.

    `weight` is how often it comes.
    """

    role: str
    answer: str
    words: tuple[str, ...]
    weight: int
    language: str = "en"


UNKNOWN: tuple[Unknown, ...] = (
    Unknown(
        "hr_generalist",
        "Dogs may come in on Fridays if everybody at the tables around you agrees. Please keep them on a lead.",
        (
            "Can I bring my dog to the office?",
            "Is the Lisbon office dog friendly?",
            "dogs in the office yes or no",
            "I just got a dog, may he come in with me?",
            "Do I need permission to have my dog with me at the office?",
            "What are the rules for dogs in the building?",
            "Would it be fine if my dog sleeps under my desk on Fridays?",
            "Who do I ask if I want to bring my dog in?",
            "On which days can dogs come to the office?",
            "can my dog come along tomorrow",
            "Is there a rule about dogs at the office?",
            "bringing a dog to the office",
        ),
        5,
    ),
    Unknown(
        "benefits",
        "There is no leasing scheme yet. We are talking to two providers; whoever asks is on the list to be told.",
        (
            "Do we have a car leasing scheme?",
            "Can I lease a car through the company?",
            "How do I get a company car?",
            "I'd like to lease an electric car via payroll, possible?",
            "salary sacrifice for a car lease",
            "who gets a company car here",
            "Is there a budget for a leased car?",
            "Leasing a car through my salary, where do I apply?",
            "company car leasing?",
            "Does the company offer car leasing to employees?",
            "Can my partner drive the leased car?",
            "electric car lease through the company",
        ),
        4,
    ),
    Unknown(
        "hr_generalist",
        "A garagem tem doze lugares, que se reservam na receção de semana a semana.",
        (
            "Há lugares de estacionamento no escritório?",
            "Onde posso estacionar no escritório?",
            "Como reservo um lugar de estacionamento?",
            "A empresa paga o estacionamento?",
            "quero um cartão de estacionamento",
            "Tenho direito a estacionamento?",
            "Quanto custa o estacionamento por mês?",
            "lugar de estacionamento para o meu carro",
        ),
        2,
        "pt",
    ),
)
UNKNOWN_SHARE = 0.06  # of the questions
