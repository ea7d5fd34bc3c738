;;; hexguard-lsp-mode.el --- Hexguard in Emacs, through lsp-mode  -*- lexical-binding: t -*-

;;; Commentary:

;; Load this file from your init file, then start the servers in a Python buffer with `M-x lsp'.
;; Hexguard runs beside the server for types that you use, such as pyright.

;;; Code:

(with-eval-after-load 'lsp-mode
  (lsp-register-client
   (make-lsp-client
    :new-connection (lsp-stdio-connection '("hexguard" "server"))
    :activation-fn (lsp-activate-on "python")
    :add-on? t
    :server-id 'hexguard)))

(provide 'hexguard-lsp-mode)
;;; hexguard-lsp-mode.el ends here
