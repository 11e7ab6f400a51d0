"""Site visits of officers: what they verified on a site, with notes and photographs, kept as sent."""
