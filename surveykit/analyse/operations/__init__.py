"""Service indicators: what customers and the service do, period by period, beside what customers say."""
