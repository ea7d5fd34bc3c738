;;; hexguard-eglot.el --- Hexguard in Emacs, through eglot  -*- lexical-binding: t -*-

;;; Commentary:

;; Load this file from your init file, then start the server in a Python buffer with `M-x eglot'.
;; It needs Emacs 29 or newer, or eglot from GNU ELPA, and `hexguard' in `exec-path'.

;;; Code:

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               '((python-mode python-ts-mode) . ("hexguard" "server"))))

(provide 'hexguard-eglot)
;;; hexguard-eglot.el ends here
