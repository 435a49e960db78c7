"""The rules to make in Freshdesk and Freshservice, for their admin pages."""

from __future__ import annotations

STEPS = """\
1. {place}:
   make the rules below, each with the action "Trigger webhook".
     Request type POST, URL: {address}
     Custom headers, one a line:
       x-advisor-secret: {secret}
       x-advisor-event: ticket.created         (of each rule its own, see below)
     Encoding JSON, content "Simple", and tick: ticket id, subject, description, status, priority, source, tags, agent
     name, requester name, requester email, requester phone, company name, latest public comment, satisfaction rating.
     The rules, by their x-advisor-event:
       ticket.created     when a ticket is created
       customer.replied   when the requester replies
       agent.replied      when an agent sends a reply, or adds a public note; not when the user of this program does
       ticket.changed     when status or agent change, a tag is added, or feedback is received
       ticket.reopened    when the status changes from Resolved or Closed to Open
       ticket.deleted     where your plan has that event
   If you prefer "Advanced" content, paste this; texts with quotes can break it, which the deliveries page then shows:
     {"ticket": {"id": "{{ticket.id}}", "subject": "{{ticket.subject}}", "description": "{{ticket.description}}",
       "comment": "{{ticket.latest_public_comment}}", "status": "{{ticket.status}}", "tags": "{{ticket.tags}}",
       "priority": "{{ticket.priority}}", "source": "{{ticket.source}}", "agent_name": "{{ticket.agent.name}}",
       "requester_name": "{{ticket.requester.name}}", "requester_email": "{{ticket.requester.email}}",
       "requester_phone": "{{ticket.requester.phone}}", "company_name": "{{ticket.company.name}}"}}
2. What you know of customers is ticked, or typed into the advanced content, and named in settings.toml, for example
     [map.NAME] licences = "freshdesk_webhook.ticket_company_cf_seats"
3. """


def steps(place: str) -> str:
    """Step by step, for the page where rules are made."""
    return STEPS.replace("{place}", place)
