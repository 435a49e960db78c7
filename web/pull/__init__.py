"""Catching up: what a helpdesk's webhooks missed is asked for, for some helpdesks never send a thing twice."""
