# A batch, and what can be done with it. A batch is a value: what changes it returns it as it is afterwards.

final_statuses <- c("completed", "completed_with_errors", "failed", "cancelled")

new_batch <- function(connection, data) {
  structure(class = "slipway_batch", list(
    number = data$number, id = data$id, name = data$configuration, type = data$type, status = data$status,
    jobs = unlist(data$jobs), created_at = time_of(data$createdAt), error = data$error, reason = data$reason,
    data = data, connection = connection
  ))
}

slipway_refresh <- function(batch) new_batch(batch$connection, batch$connection$batch(batch$id))

slipway_wait <- function(batch, timeout = NULL, work = TRUE, check = FALSE, progress = TRUE) {
  shown <- if (progress) progress_line() else function(batch, note) NULL
  batch <- slipway_refresh(batch)
  shown(batch, NULL)
  if (!batch$status %in% final_statuses) {
    blocked <- NULL
    note <- NULL
    take <- function(line) {
      for (data in c(list(line$batch), line$batches)) {
        if (identical(data$id, batch$id)) batch <<- new_batch(batch$connection, data)
      }
      if (!is.null(line$sentence)) note <<- line$sentence
      blocked <<- line$blocked
      shown(batch, note)
    }
    tryCatch(
      batch$connection$follow(batch$id, timeout, work && is.null(timeout), take),
      slipway_timed_out = function(condition) refuse("timed-out", paste(c(conditionMessage(condition), note), collapse = "\n"))
    )
    if (length(blocked) > 0) refuse("nothing-can-run", paste(unlist(blocked), collapse = "\n"))
    batch <- slipway_refresh(batch)
    shown(batch, NULL)
  }
  shown(NULL, NULL)
  if (check && batch$status != "completed") refuse("batch-failed", format(batch), batch = batch)
  invisible(batch)
}

slipway_results <- function(batch, status = NULL) {
  jobs <- batch$connection$jobs(batch$id, status)
  field <- function(name, none) {
    vapply(jobs, function(job) if (is.null(job[[name]])) none else methods_cast(job[[name]], none), none)
  }
  data.frame(
    job = field("ordinal", NA_integer_), input = field("input", NA_character_), status = field("status", NA_character_),
    exit_code = field("exitCode", NA_integer_), signal = field("signal", NA_character_),
    attempts = field("attempts", NA_integer_), seconds = field("durationMs", NA_real_) / 1000,
    started_at = time_of(field("startedAt", NA_real_)), completed_at = time_of(field("completedAt", NA_real_)),
    error = field("error", NA_character_), stringsAsFactors = FALSE
  )
}

slipway_failed <- function(batch) slipway_results(batch, "failed")

slipway_log <- function(batch, job, attempt = NULL, everything = FALSE) {
  batch$connection$log(batch$id, job, attempt, everything)
}

slipway_cancel <- function(batch, reason = NULL) changed(batch, "cancel", reason = reason)

slipway_retry <- function(batch, all = FALSE, jobs = NULL, if_exists = NULL) {
  changed(batch, "retry", all = if (all) TRUE, job = if (!is.null(jobs)) as.list(as.integer(jobs)), if_exists = if_exists)
}

slipway_pause <- function(batch, now = FALSE, reason = NULL) {
  changed(batch, "pause", now = if (now) TRUE, reason = reason)
}

slipway_resume <- function(batch) changed(batch, "resume")

changed <- function(batch, command, ...) {
  options <- Filter(Negate(is.null), list(...))
  new_batch(batch$connection, batch$connection$change(command, batch$id, options))
}

summary.slipway_batch <- function(object, ...) object$connection$summary(object$id)

format.slipway_batch <- function(x, ...) {
  about <- if (identical(x$type, x$name)) "" else paste(" /", x$type)
  if (!is.null(x$data$range)) about <- paste0(about, " ", x$data$range$start, "-", x$data$range$end)
  failed <- if (x$jobs[["failed"]] > 0) paste0(", ", x$jobs[["failed"]], " failed") else ""
  why <- if (!is.null(x$reason)) paste(";", x$reason) else if (!is.null(x$error)) paste(";", x$error) else ""
  paste0("#", x$number, " ", x$name, about, " ", status_words(x), ": ", progress_words(x), failed, why)
}

print.slipway_batch <- function(x, ...) {
  cat("<", format(x), ">\n", sep = "")
  invisible(x)
}

# The batches as lines: id, type, status, jobs, created.
print.slipway_batches <- function(x, ...) {
  cat(if (length(x) == 0) "no batch" else batch_lines(x), sep = "\n")
  cat("\n")
  invisible(x)
}

print.slipway_connection <- function(x, ...) {
  cat("<Slipway by ", x$about, ">\n", sep = "")
  invisible(x)
}

batch_lines <- function(batches) {
  cells <- function(title, of) format(c(title, vapply(batches, of, "")))
  trimws(paste(
    cells("id", function(one) paste0("#", one$number)), cells("type", function(one) one$type),
    cells("status", status_words), cells("jobs", progress_words),
    cells("created", function(one) format(one$created_at, "%Y-%m-%d %H:%M:%S")),
    sep = "  "
  ), "right")
}

status_words <- function(batch) {
  switch(batch$status, initiated = "on hold", completed_with_errors = "completed with errors", batch$status)
}

progress_words <- function(batch) {
  done <- sum(batch$jobs[c("succeeded", "failed", "cancelled")])
  paste(format(done, big.mark = ","), "of", format(batch$jobs[["total"]], big.mark = ","))
}

# A line that is written over on a terminal; elsewhere a line for each status and each tenth.
progress_line <- function() {
  last <- ""
  over <- isatty(stderr())
  function(batch, note) {
    if (is.null(batch)) {
      if (over && nzchar(last)) message("")
      return(invisible())
    }
    text <- paste(c(format(batch), note), collapse = "; ")
    if (over) {
      message("\r", text, strrep(" ", max(0, nchar(last) - nchar(text))), appendLF = FALSE)
      last <<- text
      return(invisible())
    }
    total <- max(1, batch$jobs[["total"]])
    mark <- paste(batch$status, sum(batch$jobs[c("succeeded", "failed", "cancelled")]) * 10 %/% total)
    if (mark != last) message(format(batch))
    last <<- mark
  }
}

methods_cast <- function(value, none) {
  if (is.integer(none)) as.integer(value) else if (is.numeric(none)) as.numeric(value) else as.character(value)
}

time_of <- function(ms) as.POSIXct(ms / 1000, origin = "1970-01-01")
