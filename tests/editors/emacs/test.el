;;; test.el --- emacs --batch -l test.el PROJECT: works on a copy of the sample as a person would, through eglot  -*- lexical-binding: t -*-

(require 'cl-lib)
(require 'eglot)
(require 'flymake)
(require 'python)

(defvar project (file-name-as-directory (car command-line-args-left)))
(setq command-line-args-left nil)
(load (expand-file-name "../../../clients/emacs/hexguard-eglot.el" (file-name-directory load-file-name)) nil t)

(setq eglot-sync-connect 30
      eglot-confirm-server-edits nil
      eglot-confirm-server-initiated-edits nil)

(defvar n-passed 0)

(defun check (what holds)
  "Wait until HOLDS gives something, and count WHAT as passed; end Emacs if it never does."
  (let ((tries 0))
    (while (not (funcall holds))
      (accept-process-output nil 0.05)
      (when (> (setq tries (1+ tries)) 400)
        (message "not so: %s\n%s\n%S" what (buffer-string) (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))
        (kill-emacs 1))))
  (setq n-passed (1+ n-passed)))

(defun finding (text)
  "The diagnostic of this buffer whose text contains TEXT."
  (flymake-start)
  (cl-find-if (lambda (found) (string-search text (flymake-diagnostic-text found))) (flymake-diagnostics)))

(defun act (title begin end)
  "Apply the action that is called TITLE between BEGIN and END."
  (let* ((actions (eglot-code-actions begin end))
         (chosen (cl-find-if (lambda (action) (string-search title (plist-get action :title))) actions)))
    (unless chosen
      (message "no action %S among %S" title (mapcar (lambda (action) (plist-get action :title)) actions))
      (kill-emacs 1))
    (eglot-execute (eglot-current-server) chosen)))

(defun has (text)
  "Whether the buffer contains TEXT."
  (lambda () (string-search text (buffer-string))))

(find-file (expand-file-name "app/orders.py" project))
(python-mode)
(apply #'eglot (eglot--guess-contact))
(check "the server manages the buffer" #'eglot-managed-p)
(check "a finding is shown" (lambda () (finding "`time.sleep`")))

(let ((found (finding "`time.sleep`")))
  (goto-char (flymake-diagnostic-beg found))
  (let ((hover (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams))))
    (check "hover explains it"
           (lambda () (string-search "stops the whole event loop" (plist-get (plist-get hover :contents) :value)))))
  (act "asyncio.sleep" (flymake-diagnostic-beg found) (flymake-diagnostic-end found)))
(check "its fix changes the text" (has "    await asyncio.sleep(1)"))
(check "and adds the import" (has "import asyncio\n"))
;; In a batch the timer that tells the server of a change does not run; saving tells it.
(save-buffer)
(check "then it is gone" (lambda () (not (finding "`time.sleep`"))))

(act "Fix all that is safe" (point-min) (point-max))
(check "all safe fixes at once" (has "note: str | None = None"))
(goto-char (point-max))
(insert "\n\nasync def wait() -> None:\n    import time\n\n    time.sleep(2)\n")
(save-buffer)
(check "what is typed is checked" (lambda () (finding "`time.sleep`")))
(let ((found (finding "`time.sleep`")))
  (act "Suppress `blocking-sleep-in-async` here" (flymake-diagnostic-beg found) (flymake-diagnostic-end found)))
(save-buffer)
(check "a suppression takes it back" (lambda () (not (finding "`time.sleep`"))))

(message "emacs %s: %d passed, 0 failed" emacs-version n-passed)
(eglot-shutdown (eglot-current-server))
(kill-emacs 0)
;;; test.el ends here
