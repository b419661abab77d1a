"""HR's own synonyms, English and Portuguese: each line is one idea and the words people use for it.

A line is `idea: words ; palavras`. Whoever builds a snapshot may add groups of a company's own. The words are the field's, for any
company: nothing here speaks of one handbook.
"""

# ruff: noqa: E501 - each idea is one line, because a line is one entry

FRAMES = frozenset(
    {
        "@contact",
        "@count",
        "@deadline",
        "@definition",
        "@file_where",
        "@frequency",
        "@policy",
        "@process",
        "@rights",
        "@start_end",
        "@time_since",
    }
)
"""Ideas that say how something is asked rather than what about: they weigh less."""

GROUPS = """
time_off: time off, days off, day off, vacation, vacations, pto, paid time off, annual leave, holiday leave, holidays from work, personal days, leave days, time away, away from work ; ferias, dias de ferias, folga, dias livres
public_holiday: public holiday, bank holiday, company holiday, federal holiday, statutory holiday, office closed, holiday, holidays, christmas, easter, thanksgiving ; feriado, feriados, ponte, natal, pascoa, passagem de ano
sick: sick, sick leave, sick day, sick days, illness, ill, unwell, flu, medical appointment, not feeling well ; doente, doenca, baixa, baixa medica, atestado
parental: parental leave, maternity, paternity, maternity leave, paternity leave, baby, birth, newborn, childbirth, pregnant, pregnancy, expecting, family leave, new parent, adoption, adopt, foster, placement, bonding, born, delivery, twins ; licenca parental, maternidade, paternidade, bebe, nascimento, gravida, gravidez, adocao, parto, gemeos
child: child, children, kid, kids, son, daughter, dependent, dependents, dependant, toddler, teenager, stepchild, stepson, stepdaughter ; filho, filha, filhos, crianca, criancas, dependentes, enteado, bebe
spouse: spouse, wife, husband, partner, domestic partner, married, marriage, wedding, fiance, fiancee, girlfriend, boyfriend ; conjuge, mulher, marido, casamento, casado, namorada, namorado, noiva, noivo, uniao de facto
bereavement: bereavement, death, died, funeral, passed away, grief, loss of a relative, mourning ; luto, falecimento, morreu, funeral, nojo
jury: jury duty, jury service, jury, court, witness, subpoena ; tribunal, testemunha
military: military, military leave, reserve duty, reservist, national guard, veteran, armed forces, deployment ; militar, tropa
voting: voting, vote, election, elections, polls, poll ; votar, eleicoes, voto
volunteer: volunteer, volunteering, charity, community service ; voluntariado, voluntario
sabbatical: sabbatical, unpaid leave, leave without pay, leave of absence, lwop, career break, extended leave ; licenca sem vencimento, sabatica
fmla: fmla, family and medical leave, family medical leave act, medical leave, family leave
donate: donate, donating, donation, donor, give, gift ; doar, doacao
organ: organ, bone marrow, blood, blood donation ; sangue, medula, rim
accrue: accrue, accrual, earn, build up, accumulate, earned ; acumular, acumula
carry_over: carry over, carryover, carry forward, roll over, rollover, use or lose, unused, forfeit, expire, expiration, lapse, expiry, run out ; transitar, expirar, caducar, prazo
balance: balance, remaining, left over, entitlement, allowance ; saldo, restam
approve: approval, approve, approved, authorize, authorization, permission, sign off, allowed, okay, sanction ; aprovar, aprovacao, autorizar, autorizacao
request: request, apply, application, ask for, submit, file, put in ; pedir, pedido, solicitar, requerer, submeter
cancel: cancel, cancelling, cancellation, withdraw, undo, terminate, stop, unsubscribe, opt out, unenroll, disenroll ; cancelar, anular, desistir
change: change, edit, update, correct, correction, modify, amend, fix, wrong, adjust, mistake, error ; alterar, mudar, corrigir, atualizar, errado, erro
deadline: deadline, how long, time limit, due date, by when, how soon, window, notice, timeline, days before ; prazo, ate quando, antecedencia, quanto tempo
eligible: eligible, eligibility, qualify, entitled, entitlement, who can, who gets ; elegivel, direito, quem pode
enroll: enroll, enrol, enrolment, enrollment, sign up, register, join, opt in, elect, election, sign-up ; inscrever, inscricao, aderir, adesao
cost: cost, price, pay for, how much, fee, premium, contribution, charge, rate, paid by ; custo, preco, quanto custa, pagar
coverage: cover, covered, coverage, covers, include, included, provide, offer ; cobre, cobertura, inclui, coberto
limit: limit, maximum, max, cap, ceiling, at most, most, up to, threshold ; limite, maximo
minimum: minimum, at least, min ; minimo
reimburse: reimburse, reimbursement, expense, expenses, expensing, claim back, receipt, receipts, refund, pay back, paid back ; reembolso, reembolsar, despesas, despesa, recibo, fatura
budget: budget, stipend, allowance, money, funds, funding, spend, spending, credit ; orcamento, subsidio, verba, dinheiro
pay: pay, paid, salary, salaries, wage, wages, compensation, earnings, remuneration ; salario, ordenado, vencimento, remuneracao, pagamento
payday: payday, pay day, pay date, paycheck, paychecks, pay period, get paid, payroll, pay schedule, biweekly, every two weeks ; dia de pagamento, processamento salarial
payslip: payslip, pay slip, pay stub, paystub, earnings statement, leave and earnings statement, pay statement ; recibo de vencimento, recibo
raise: raise, raises, salary increase, pay increase, merit increase, compensation review, pay rise, increase ; aumento, aumento salarial
bonus: bonus, bonuses, award, awards, incentive, reward, commission, prize ; bonus, premio, premios, comissao
overtime: overtime, comp time, compensatory time, extra hours, credit hours, time and a half, additional hours ; horas extra, horas extraordinarias, trabalho suplementar
tax: tax, taxes, withholding, irs, taxable, w-4, w4, deductions ; imposto, impostos, irs, retencao
w2: w-2, w2, tax form, tax statement, 1099, year-end form ; declaracao de rendimentos, declaracao anual
direct_deposit: direct deposit, bank account, bank details, account number, iban, banking ; conta bancaria, iban, nib
retirement: retirement, retire, 401k, 401(k), 401 k, pension, tsp, thrift savings plan, 403b, superannuation, retirement plan ; reforma, pensao, ppr, aposentacao
match: match, matching, employer contribution, company contribution ; contribuicao da empresa
equity: equity, stock, stocks, shares, options, option, stock options, rsu, espp, ownership, grant, stake ; acoes, opcoes, capital
vesting: vesting, vest, vested, cliff, vests ; vesting
exercise: exercise, exercising, purchase options, strike price, early exercise, post-termination exercise ; exercer
dilution: dilution, dilute, diluted, fundraising, funding round
valuation: valuation, 409a, fair market value
health: health, healthcare, health care, medical, health plan, health insurance, medical insurance, medical plan, insurance, insurer, carrier ; saude, seguro de saude, seguro, medico
dental: dental, dentist, teeth, tooth, orthodontia, braces ; dentista, dentes, dentario
vision: vision, eye, eyes, glasses, contacts, optometrist, eyewear, spectacles, optical ; visao, oculos, olhos, oftalmologia
life_insurance: life insurance, accidental death, ad&d, beneficiary, beneficiaries, fegli ; seguro de vida, beneficiario
disability_insurance: short-term disability, long-term disability, short term disability, long term disability, disability insurance, std, ltd, income protection ; invalidez
fsa: fsa, flexible spending, flexible spending account, hsa, health savings account, hra, pre-tax, pretax, dependent care account
cobra: cobra, continue coverage, continuation coverage, coverage end, coverage after leaving, lose coverage, gap in coverage
life_event: qualifying life event, life event, life change, qle, got married, new baby, divorce, loss of coverage ; acontecimento de vida
open_enrollment: open enrollment, open season, enrollment period, annual enrollment, election period
insurance_card: insurance card, id card, member id, digital card, member card, proof of insurance ; cartao de seguro
mental: mental health, counseling, counselling, counselor, therapist, therapy, eap, employee assistance program, stress, burnout, psychologist, anxiety, wellbeing, well-being, wellness ; saude mental, terapia, psicologo, apoio psicologico, ansiedade, bem-estar
doctor: doctor, physician, hospital, clinic, medical certificate, doctor's note, doctors note, healthcare provider, health care provider, certification ; medico, hospital, clinica, atestado
gym: gym, fitness, exercise class, sport, workout, health club ; ginasio, desporto
childcare: childcare, child care, daycare, day care, babysitter, backup care, dependent care, nursery, creche, caregiver, caregiving, elder care, eldercare, sitter ; creche, infantario, ama, cuidador
commute: commute, commuter, commuting, transit, transit benefit, subway, metro, bus, train pass, public transport, parking, park, bike, bicycle, transportation, tram, petrol, fuel ; transportes, passe, estacionamento, bicicleta, deslocacao, gasolina, comboio, autocarro
student_loan: student loan, student loans, pslf, loan forgiveness, public service loan forgiveness, college debt ; emprestimo estudantil
training: training, course, courses, class, classes, learning, education, professional development, certification, conference, conferences, workshop, seminar, continuing education, tuition, book, books, learn, school, study, degree ; formacao, curso, cursos, conferencia, propinas, livro, livros, estudar
talk: speak, speaking, speaker, talk, presentation, presenting, give a talk, public speaking ; palestra, apresentacao
mentor: mentor, mentoring, mentorship, coach, coaching, buddy, onboarding buddy, advisor, guide ; mentor, mentoria, padrinho
performance: performance review, performance, appraisal, evaluation, review cycle, rating, ratings, rated, rate, reviewed, annual review, end of year review, grade, graded, score, scoring, assessment ; avaliacao, desempenho, avaliacao de desempenho
goals: goals, goal, okr, okrs, objectives, objective, targets ; objetivos, metas
promotion: promotion, promoted, promote, career ladder, level, leveling, career path, career progression, advancement, next level, grade, step increase ; promocao, progressao, carreira
feedback: feedback, one-on-one, 1:1, one on one, one-on-ones, 1-1, check-in, 360 ; feedback, reuniao individual
pip: pip, performance improvement plan, underperforming, underperformance, poor performance, low performer, improvement plan ; plano de melhoria
fired: fired, fire, laid off, layoff, layoffs, termination, terminate, terminated, dismissed, dismissal, let go, involuntary, at-will, at will, severance, redundancy, rif ; despedido, despedimento, despedir, indemnizacao
leaving: leaving, quit, quitting, resign, resignation, resigning, offboarding, offboard, depart, departure, last day, exit, exit interview, notice period, separate, separation, leave the company, leaving the company, former employee, two weeks notice, give notice, give my notice, hand in my notice, leaving date ; sair da empresa, demissao, demitir, rescisao, pre-aviso, ultimo dia, apresentar a demissao, aviso previo
onboarding: onboarding, onboard, new hire, new hires, new employee, new joiner, first day, first week, start date, starting, newcomer, joined, when i join, orientation, new teammate, recently joined, just started, new starter ; integracao, novo colaborador, primeiro dia, acolhimento, admissao
probation: probation, probationary, trial period, probation period, trial ; periodo experimental
hiring: hire, hiring, recruiting, recruitment, recruiter, candidate, candidates, interview, interviews, job opening, open role, opening, vacancy, headcount, requisition, job posting, applicant ; recrutamento, contratar, candidato, entrevista, vaga
referral: referral, refer, referring, recommend a friend, refer a friend, referral bonus, introduce ; recomendar, referenciar, recomendacao
offer: offer letter, offer, job offer, employment agreement, contract ; proposta, contrato, carta de oferta
transfer: transfer, transferring, switch teams, change teams, internal mobility, move to another team, internal transfer, detail, reassignment, internal job, another role ; transferencia, mobilidade interna, mudar de equipa
verification: employment verification, verify employment, verification letter, proof of employment, proof of income, employment letter, income verification, landlord, mortgage, lease, lender, employment certificate, letter, reference letter ; declaracao, declaracao de vinculo, comprovativo, senhorio, hipoteca
visa: visa, visas, immigration, work permit, green card, h-1b, h1b, sponsorship, work authorization, right to work, i-9, passport ; visto, imigracao, autorizacao de residencia, passaporte
relocate: relocate, relocation, relocating, move, moving, move house, new city, new address, duty station, different state, another country, move to another ; mudar de casa, mudanca, relocalizacao
address: address, home address, mailing address, personal information, personal details, contact details, phone number ; morada, dados pessoais, contacto, telefone
name_change: name change, change my name, legal name, preferred name, pronouns, last name, surname ; mudar de nome, apelido, pronomes
emergency_contact: emergency contact, next of kin ; contacto de emergencia
remote: remote, remotely, work from home, wfh, telework, teleworking, telecommute, hybrid, home office, working remotely, from home ; teletrabalho, remoto, trabalhar de casa, hibrido
abroad: abroad, overseas, international, foreign, outside the country, foreign country, international travel, another country ; estrangeiro, fora do pais, internacional
schedule: schedule, working hours, work hours, core hours, work schedule, flexible hours, flexible schedule, shift, shifts, flextime, start time, hours, compressed, alternative work schedule, part-time, part time, full-time ; horario, horario de trabalho, turno, turnos, tempo parcial, horario flexivel
timesheet: timesheet, timesheets, timecard, timecards, time card, time sheet, time tracking, record hours, log hours, clock in, clock out, timekeeping ; folha de horas, registo de horas, picar o ponto, ponto
break: break, breaks, lunch, rest period, meal break, lunch break ; pausa, almoco, intervalo
absence: absence, absent, absences, miss work, no show, missing work ; falta, faltas, ausencia
late: late, tardy, tardiness, delay, delayed, overdue ; atraso, atrasado
travel: travel, traveling, travelling, trip, business trip, business travel, flight, flights, airfare, airline, plane, flying, train ; viagem, viagens, voo, viajar, aviao
lodging: lodging, hotel, hotels, airbnb, accommodation, stay, room ; hotel, alojamento, estadia
per_diem: per diem, meals, food, dinner, dinners, lunch, meal allowance, restaurant, eat ; ajudas de custo, refeicao, refeicoes, jantar, subsidio de refeicao, subsidio de alimentacao
car: car, rental car, rental, mileage, drive, driving, taxi, uber, lyft, ride, vehicle, rideshare ; carro, aluguer, quilometros, taxi
baggage: baggage, luggage, bag, bags, checked bag ; bagagem, mala
credit_card: credit card, company card, corporate card, purchase card, travel card, debit card ; cartao de credito, cartao da empresa
purchase: purchase, buy, buying, procurement, order, ordering, purchasing, acquire, vendor ; comprar, compra, encomendar, aquisicao
laptop: laptop, computer, machine, macbook, device, devices, hardware, equipment, monitor, keyboard, phone, headset ; computador, portatil, equipamento, telemovel, monitor
furniture: furniture, desk, chair, desk setup, ergonomic, workstation, office setup, home office ; secretaria, cadeira, mobiliario
internet: internet, wifi, wi-fi, broadband, phone bill ; internet, wifi
supplies: supplies, office supplies, stationery, business cards, swag, merch, merchandise, t-shirt ; material de escritorio, economato
password: password, passwords, login, log in, log on, sign in, credentials, locked out, access, mfa, two-factor, 2fa, authentication, account, passcode, pin ; palavra-passe, senha, entrar, acesso, conta
badge: badge, id badge, access card, building access, piv, piv card, key card, key, keys, door ; cartao de acesso, chave
broken: broken, damaged, crashed, not working, does not work, doesn't work, won't start, faulty, defective, cracked, spilled, repair, repairs ; avariado, partido, estragado, nao funciona, reparar, reparacao
vpn: vpn, network, remote access, connect
software: software, app, application, tool, tools, license, licence, program ; software, aplicacao, licenca
phishing: phishing, suspicious email, scam, spam, security incident, hacked, malware, virus, breach, attachment, suspicious, compromised, attack ; virus, incidente de seguranca, burla
lost: lost, stolen, missing, misplaced, theft ; perdido, roubado, perdi
it_help: help desk, helpdesk, it support, tech support, technical support, service desk ; suporte, apoio tecnico
privacy: privacy, private, personal data, confidential, confidentiality, monitoring, monitor, surveillance, search, inspect, disclose, tell ; privacidade, dados pessoais, confidencial, confidencialidade
social_media: social media, twitter, linkedin, facebook, blog, press, media, journalist, reporter ; redes sociais, imprensa
conduct: code of conduct, conduct, behavior, behaviour, ethics, ethical, rules, standards, values, misconduct ; codigo de conduta, conduta, etica, comportamento
conflict_interest: conflict of interest, outside employment, side job, second job, moonlighting, outside activities, freelance, side project, side business, gifts, gift ; conflito de interesses, segundo emprego, acumulacao
nda: nda, non-disclosure, intellectual property, ip, inventions, confidentiality agreement, non-compete
political: political, politics, hatch act, campaign, candidate for office
harassment_policy: harassment, discrimination, retaliation, bullying, complaint, grievance, equal opportunity, eeo ; assedio, discriminacao, retaliacao, queixa, denuncia
accommodation: reasonable accommodation, accommodation, accommodations, accessibility, disability, disabled, ada, adjustment, adjustments, assistive, assistive technology, screen reader, accessible ; adaptacao, deficiencia, acessibilidade
safety: safety, injury, injured, hurt, accident, workers compensation, workers' comp, workplace injury, first aid, on the job injury ; seguranca, acidente, acidente de trabalho, lesao
emergency: emergency, fire drill, evacuation, disaster, inclement weather, snow, shutdown, furlough, closure ; emergencia, evacuacao, incendio
drug: drug, drugs, alcohol, drug test, drug testing, smoking, substance, intoxicated ; droga, drogas, alcool, fumar
background: background check, background screening, background investigation, screening, fingerprint, criminal record, clearance, security clearance, vetting ; registo criminal, verificacao de antecedentes
dress: dress code, dress, clothes, clothing, attire, wear, what to wear ; vestuario, roupa, codigo de vestuario
pet: pet, pets, dog, dogs, cat, pet insurance ; animal, cao, gato
meeting: meeting, meetings, calendar, invite, all hands, all-hands, standup, town hall ; reuniao, reunioes, calendario
slack: slack, chat, message, messages, channel, notification, notifications, status, communication ; mensagem, mensagens, canal, notificacoes
manager: manager, boss, supervisor, lead, team lead, line manager, reports to, direct report, direct reports, my reports ; chefe, chefia, gestor, superior, responsavel
hr: hr, human resources, people ops, people team, people operations, people partner, hrbp, talent, people & talent ; rh, recursos humanos, departamento de pessoal
colleague: colleague, coworker, co-worker, teammate, team member, peer, coworkers, colleagues, teammates ; colega, colegas
contractor: contractor, contractors, freelancer, consultant, vendor, independent contractor, 1099 worker ; prestador, freelancer, consultor, recibos verdes
intern: intern, interns, internship, fellow, apprentice, student ; estagio, estagiario
anniversary: anniversary, work anniversary, birthday, celebrate, celebration, milestone, years of service, service award, tenure, gift, party ; aniversario, anos de casa, festa
team_event: offsite, off-site, retreat, team building, team event, outing, meetup, social event, get together, gathering ; evento de equipa, encontro
union: union, collective agreement, collective bargaining, works council ; sindicato, acordo coletivo, comissao de trabalhadores
contact: contact, reach, who do i talk to, who do i ask, point of contact, whom, who to contact, who can help, get in touch, escalate, support ; contactar, falar com, a quem
report: report, reporting, notify, tell, inform, disclose, let know ; comunicar, informar, reportar, avisar
document: document, documents, documentation, proof, form, forms, paperwork, evidence, certificate ; documento, documentos, formulario, comprovativo, prova
definition: meaning, mean, means, definition, defined, explain, stand for ; significa, significado, definicao
difference: difference, versus, vs, compare, comparison, different, differ ; diferenca
policy: policy, policies, rule, guideline, guidelines, handbook, manual ; politica, politicas, regra, regras, regulamento, manual
process: process, procedure, steps, how to, instructions, workflow, guide ; processo, procedimento, passos, instrucoes, guia
holiday_pay: holiday pay, work on a holiday, working on a holiday, holiday hours
donate_leave: leave donation, leave bank, leave transfer, donated leave, donating leave, leave sharing
military_spouse: military spouse
nursing: nursing, breastfeeding, lactation, pump, pumping, mothers room, mother's room ; amamentacao, amamentar
fertility: fertility, ivf, surrogacy, infertility, family planning ; fertilidade, procriacao
gender: transgender, gender affirming, gender-affirming, transition, lgbtq ; transgenero
religion: religious, religion, faith, prayer ; religiao, religioso
suggestion: suggest, suggestion, proposal, propose, idea, ideas, improve ; sugerir, sugestao, proposta, ideia
org: org chart, organization chart, organisation chart, reporting line, team structure, hierarchy ; organograma, hierarquia
history: history, founded, began, founding, founders, founder, background ; historia, fundadores
mission: mission, vision statement, purpose, values, culture, principles ; missao, valores, cultura, principios
bank_leave: comp day, compensation day, time in lieu, toil, lieu day
advance: advance, salary advance, loan from company, early pay, advance on pay ; adiantamento
garnishment: garnishment, child support, wage garnishment ; penhora
deceased: survivor, survivors, death benefit
term: term, contract length, appointment, tenure, expire, extension, extend, renew, renewal, fixed-term, temporary ; prazo, termo, contrato a prazo, renovacao, renovar
discount: discount, discounts, perk, perks, benefits, benefit, benefit package ; desconto, descontos, beneficios, regalias
photo: photo, headshot, picture, profile picture ; foto, fotografia
phone_number: phone, telephone, call, hotline, number to call ; telefone, ligar
schedule_meeting: book a meeting, office hours, schedule a meeting
resume: resume, cv, cover letter ; curriculo, cv
invoice: invoice, invoices, invoicing, bill, billing, bills ; fatura, faturas, faturacao
claim: claim, claims, denied claim, appeal, dispute, rejected, rejects, denied, denial, refused, refuse ; sinistro, participacao, recusado, recusa, recurso
reference: reference, references, recommendation, recommendation letter ; referencia, referencias, recomendacao
gifts_hospitality: anti-corruption, anti-bribery, corruption, bribery, bribe, gift, gifts, hospitality, entertainment, kickback ; ofertas, prendas, corrupcao, suborno
disaster: natural disaster, disaster, flood, earthquake, storm, wildfire, tornado, inclement weather, severe weather ; catastrofe, tempestade, inundacao, sismo
own_device: personal device, personal devices, own device, byod, personal computer, own computer, own laptop, own phone ; equipamento pessoal, computador pessoal
coworking: coworking, co-working, co working, shared office, office space ; coworking
last_pay: final pay, final paycheck, last paycheck, last pay, final wages, final salary ; ultimo salario, acerto de contas
extend: extend, extension, longer, additional time, more time, prolong ; prolongar, extensao
moving_help: moving company, moving help, moving costs, moving expenses, relocation assistance, relocation package ; transportadora, despesas de mudanca
rights: rights, entitled, law, legal, regulation, regulations, statutory ; direitos, lei, legislacao
file_where: where to find, locate, location, download, copy, digital copy, access ; onde encontrar, descarregar, copia
time_since: years, year, tenure, seniority, length of service ; anos, antiguidade
start_end: begin, begins, start, starts, effective, kick in, kicks in ; comeca, inicio, comecar
end: end, ends, ending, stop, stops, until when, last, finish ; acaba, fim, termina, ate quando
who_decides: decide, decides, decision, decision maker, decision makers, authority ; decide, decisao, decisor
frequency: how often, every, frequency, cadence, weekly, monthly, quarterly, annually, yearly, per year ; com que frequencia, mensal, anual, semanal
count: how many, number of, count, amount, quantity, how much ; quantos, quantas, quanto, numero de
visitor: visitor, visitors, guest, guests, visit ; visita, visitante, convidado
package: package, packages, mail, shipping, ship, delivery, courier ; encomenda, correio, envio
print: print, printer, printing, scan, scanner ; imprimir, impressora
room: conference room, meeting room, book a room, room booking, reserve ; sala, sala de reunioes, reservar
event: event, events, party, celebration, social ; evento, eventos, festa
music: snacks, coffee, kitchen, food, drinks ; cafe, cozinha, lanche
shadow: shadow, shadowing, rotation, job rotation, exchange
survey: survey, surveys, questionnaire, engagement, pulse ; inquerito, questionario
workday_tool: hris, hr system, self-service, employee portal, portal, hr links, bamboohr, workday ; portal, sistema de rh
security_clear: confidential information, classified, sensitive information, secret, secrets ; informacao confidencial, segredo
record: record, records, recording, personnel file, employee file, archive ; registo, processo individual, arquivo
sign: sign, signature, docusign, signed, signing ; assinar, assinatura
tell_manager: notify your manager, tell my manager, tell my boss, inform my manager ; avisar o chefe, informar o chefe
return: return, returning, return to work, come back, back to work, coming back ; regresso, regressar, voltar ao trabalho
keep: keep, retain, continue, retention, maintain ; manter, continuar
free: free, complimentary, no cost, gratis ; gratis, gratuito
compare_level: level, levels, ladder, ic, individual contributor, seniority, job level, band, bands, salary band, pay band, range, pay range ; nivel, niveis, escalao, banda salarial
dispute: disagree, disagreement, appeal, contest, complaint, unfair ; discordar, reclamar, contestar
"""
