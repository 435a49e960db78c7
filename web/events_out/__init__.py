"""Our own events, told to subscribers by Standard Webhooks: https://www.standardwebhooks.com.

What happens is noted by triggers of the database, in the transaction of the change itself, so that nothing that a
command, the API, a page or a webhook records is missed, and nothing is told that was not kept. The pump carries the
notes into the inbox, whose workers sign and send them.
"""
