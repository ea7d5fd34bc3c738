"""Rules about connections, pools and clients that live as long as the application."""
