# The way to Slipway by its command line.

command_line <- function(command, home) {
  if (is.null(command)) command <- if (nzchar(Sys.getenv("SLIPWAY"))) Sys.getenv("SLIPWAY") else "slipway"
  program <- unname(Sys.which(command[[1]]))
  if (!nzchar(program)) {
    refuse("unreachable", paste0(
      "there is no program \"", command[[1]], "\"; install Slipway, or name its program with ",
      "slipway_connect(command = ...) or in the environment variable SLIPWAY"
    ))
  }
  start <- paste(c(
    if (!is.null(home)) paste0("SLIPWAY_HOME=", shQuote(home)),
    shQuote(c(program, command[-1]))
  ), collapse = " ")

  quote_words <- function(words) paste(shQuote(words), collapse = " ")

  call <- function(words, stdin = NULL, folder = NULL) {
    files <- tempfile(c("slipway-out-", "slipway-err-", "slipway-in-"))
    on.exit(unlink(files))
    writeBin(charToRaw(if (is.null(stdin)) "" else stdin), files[[3]])
    if (!is.null(folder)) {
      before <- setwd(folder)
      on.exit(setwd(before), add = TRUE)
    }
    line <- paste(start, quote_words(c(words[[1]], "--json", words[-1])))
    code <- system(paste(line, "<", shQuote(files[[3]]), ">", shQuote(files[[1]]), "2>", shQuote(files[[2]])))
    if (code != 0) refuse_ended(code, read_text(files[[2]]))
    parse(read_text(files[[1]]))
  }

  structure(class = "slipway_connection", list(
    about = paste(c(program, command[-1]), collapse = " "),
    preview = function(request) add(call, request, "--dry-run"),
    submit = function(request, if_exists, skip_done) {
      add(call, request, option_words(list(if_exists = if_exists, skip_done = skip_done)))
    },
    batches = function(all, search) {
      call(c("list", if (all) "--all", if (!is.null(search)) c("--filter", search)))$batches
    },
    batch = function(ref) call(c("show", as.character(ref), "--limit", "1"))$batch,
    jobs = function(ref, status) call(c("show", ref, "--jobs", if (!is.null(status)) c("--status", status)))$jobs,
    log = function(ref, job, attempt, everything) {
      options <- c(if (!is.null(attempt)) c("--attempt", attempt), if (everything) "--all-output")
      call(c("logs", ref, as.character(job), options))$text
    },
    change = function(command, ref, options) call(c(command, ref, option_words(options)))$batches[[1]],
    summary = function(ref) call(c("summary", ref))$summary,
    follow = function(ref, timeout, work, take) {
      limit <- if (!is.null(timeout)) c("--timeout", paste0(max(1, round(timeout * 1000)), "ms"))
      follow_lines(paste(start, quote_words(c(if (work) "work" else "wait", ref, limit, "--json-lines"))), take)
    }
  ))
}

# Runs a command line that prints lines of JSON; an interrupt lets the running jobs end, as Ctrl-C in a terminal.
follow_lines <- function(line, take) {
  errors <- tempfile("slipway-err-")
  on.exit(unlink(errors))
  alone <- nzchar(Sys.which("setsid"))
  # A session of its own: an interrupt reaches it through us, once. Its first line is its process id.
  inner <- paste("echo $$; exec", if (grepl("^SLIPWAY_HOME=", line)) "env", line, "2>", shQuote(errors), "</dev/null")
  child <- pipe(paste(if (alone) "exec setsid", "sh -c", shQuote(inner)), open = "r")
  pid <- as.integer(readLines(child, 1))
  tryCatch(
    repeat {
      text <- readLines(child, 1, encoding = "UTF-8")
      if (length(text) == 0) break
      take(parse(text))
    },
    interrupt = function(condition) {
      if (alone || !isatty(stdin())) tools::pskill(pid, tools::SIGINT)
      close(child)
      stop(condition)
    },
    error = function(condition) {
      tools::pskill(pid, tools::SIGINT)
      close(child)
      stop(condition)
    }
  )
  close(child)
  if (file.size(errors) > 0) refuse_ended(1, read_text(errors))
}

add <- function(call, request, options) {
  batch <- request$batch
  if (!is.null(request$table)) {
    file <- tempfile("slipway-inputs-", fileext = ".csv")
    on.exit(unlink(file))
    writeBin(charToRaw(request$table), file)
    # Read while it is added; a brace in the path would be a placeholder.
    batch$over <- list(table = gsub("([{}])", "\\1\\1", normalizePath(file)))
    batch$expand <- "when-added"
  }
  call(c("add", "-", options), to_json(list(batches = list(batch))), request$folder)
}

# list(skip_done = TRUE, parallel = 4) as --skip-done --parallel=4
option_words <- function(options) {
  unlist(lapply(names(options), function(name) {
    flag <- paste0("--", gsub("_", "-", name))
    unlist(lapply(options[[name]], function(value) {
      if (identical(value, TRUE)) flag
      else if (!identical(value, FALSE)) paste0(flag, "=", as_texts(value, name))
    }))
  }))
}

refuse_ended <- function(code, stderr) {
  for (line in rev(strsplit(stderr, "\n")[[1]])) {
    error <- tryCatch(parse(line)$error, error = function(condition) NULL)
    if (!is.null(error)) refuse_as(error)
  }
  refuse("internal", if (nzchar(stderr)) stderr else paste("slipway ended with", code))
}

# NULL-free lists in, numbers with all their digits.
to_json <- function(value) enc2utf8(as.character(jsonlite::toJSON(value, auto_unbox = TRUE, digits = NA, null = "null")))

# R has no text with a NUL: what a job wrote is shown with a replacement character for each.
parse <- function(text) {
  text <- gsub("(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000", "\\1\\\\ufffd", text, perl = TRUE)
  jsonlite::fromJSON(text, simplifyVector = FALSE)
}

read_text <- function(file) {
  text <- readChar(file, file.size(file), useBytes = TRUE)
  if (length(text) == 0) return("")
  Encoding(text) <- "UTF-8"
  text
}
