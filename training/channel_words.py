"""Words that a wish may be about: they mark hard negatives in public texts, and are spared typing errors."""

from __future__ import annotations

import re

WORDS = """
    call(?:s|ed|ing|ers?|backs?)? call-backs? (?:tele)?phon(?:e|es|ed|ing|ecall|ecalls) ring(?:s|ing)? rang rung
    bell buzz zoom teams skype webex facetime whatsapp dial(?:s|led|ling)? landline voice numbers? tel hotline
    verbal(?:ly)? line video-?calls? meeting appointment talk (?:live-?|web-?)?chat(?:s|ted|ting|box)?
    messag(?:e|ing) messenger real-?time e-?mail(?:s|ed|ing)? mail(?:s|ed|ing)? writing written write inbox
    letters? line in-writing persons? people humans? agents? reps? representatives? operators? advis[eo]rs?
    someone somebody some1 sum1 anyone anybody any1 nobody no-?one colleagues? staff engineers? specialists?
    experts? technicians? techs? managers? supervisors? support team talk(?:ing)? speak(?:ing)? conversation
    escalate[ds]? escalation transfer personally in-person grown-?up seniors? contact helpdesk desk beings?
    articles? faqs? guides? guidance links? linked docs? documentation documented tutorials? videos? vids?
    instructions? manuals? how-?tos? walk-?throughs? pages? steps? step-by-step kb knowledge self-?service
    self-?help myself own checklists? reading read suggestions? canned wiki troubleshoot(?:er|ing)? diy material
    pointers? resources? webpage url self pdf handbook template[ds]? boiler-?plate copy-?paste[ds]?
    help-?(?:page|cent(?:er|re)) brochure tips bots? chat-?bots? robots? machines? automated automatic
    automation assistant ai auto-?repl(?:y|ies) generic
"""
CANDIDATE = re.compile(rf"(?i)(?<!\w)(?:{'|'.join(WORDS.split())})(?!\w)")
