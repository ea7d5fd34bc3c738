"""Where everything comes together: settings, files, catalogue and engine become a running whole."""
