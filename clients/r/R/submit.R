# Submitting, with the dialog before a batch is created that exists already.

answers <- c(
  return = "continue the existing batch as it is",
  remaining = "close it and add only what is not done",
  replace = "cancel it and add all jobs again",
  allow = "add a duplicate"
)

slipway_connect <- function(url = NULL, token = NULL, command = NULL, home = NULL) {
  if (is.null(url)) command_line(command, home) else server(url, token)
}

slipway_batches <- function(all = FALSE, search = NULL, connection = slipway_connect()) {
  found <- lapply(connection$batches(all, search), function(data) new_batch(connection, data))
  structure(found, class = "slipway_batches")
}

slipway_batch <- function(ref, connection = slipway_connect()) new_batch(connection, connection$batch(ref))

slipway_submit <- function(command, over = NULL, rows = NULL, range = NULL, size = NULL, files = NULL, name,
                           folder = getwd(), if_exists = NULL, skip_done = FALSE, parallel = NULL, ...,
                           connection = slipway_connect()) {
  if (!is.null(if_exists)) if_exists <- match.arg(if_exists, c("fail", names(answers)))
  keys <- list(...)
  names(keys) <- gsub("[_.]", "-", names(keys))
  run <- command_of(command, isTRUE(keys$shell))
  batch <- c(list(type = name, run = run, parallel = parallel), keys)
  source <- source_of(over, rows, range, size, files, c(run, keys))
  batch <- Filter(Negate(is.null), c(batch, list(over = source$over)))
  request <- list(folder = normalizePath(folder), batch = batch, table = source$table)
  submit(connection, request, if_exists, skip_done)
}

submit <- function(connection, request, if_exists, skip_done) {
  asks <- is.null(if_exists)
  if (asks || if_exists %in% c("return", "remaining")) {
    existing <- existing_batches(connection, request)
    if (length(existing) > 0) {
      if (asks) if_exists <- choose(existing)
      if (if_exists == "return") return(existing[[1]])
      ended <- all(vapply(existing, function(one) one$status %in% final_statuses, NA))
      if (if_exists == "remaining" && ended && identical(skip_done, FALSE)) skip_done <- TRUE
    }
  }
  added <- tryCatch(
    connection$submit(request, if (is.null(if_exists)) "fail" else if_exists, skip_done),
    # Another process was faster than our look.
    slipway_duplicate = function(condition) if (is.null(if_exists)) NULL else stop(condition)
  )
  if (is.null(added)) return(submit(connection, request, NULL, skip_done))
  found <- lapply(c(added$created, added$existing), function(data) new_batch(connection, data))
  if (length(found) == 1) found[[1]] else structure(found, class = "slipway_batches")
}

# All batches of the identity: the active ones, then the ended ones, the latest first.
existing_batches <- function(connection, request) {
  found <- connection$preview(request)
  if (length(found$problems) > 0) {
    refuse("invalid-configuration", paste0(found$problems[[1]]$message, "; nothing was created"), problems = found$problems)
  }
  each <- c(lapply(found$conflicts, function(conflict) conflict$existing), found$earlier)
  each <- each[!duplicated(vapply(each, function(one) one$id, ""))]
  lapply(each, function(data) new_batch(connection, data))
}

# `over` as a configuration has it, or a table.
source_of <- function(over, rows, range, size, files, texts) {
  given <- c("over", "rows", "range", "files")[!vapply(list(over, rows, range, files), is.null, NA)]
  if (length(given) > 1) refuse("usage", paste(paste(given, collapse = " and "), "can't be combined"))
  if (!is.null(files)) return(list(over = list(files = as.list(files))))
  if (!is.null(rows)) return(list(table = table_of_rows(rows, placeholders(texts))))
  if (!is.null(range)) return(list(over = Filter(Negate(is.null), list(range = range_text(range), size = size))))
  if (is.null(over)) return(list())
  if (length(over) == 0) refuse("usage", "over is empty: there is no input")
  texts <- as_texts(over, "over")
  # A longer list goes in as a table: a configuration has at most 1 MiB.
  if (sum(nchar(texts)) + 8 * length(texts) > 200000) return(list(table = table_of_values(texts)))
  list(over = list(list = as.list(texts)))
}

# Lists what exists and asks where somebody can answer; a duplicate needs a second yes.
choose <- function(existing) {
  message <- "nothing was created: there are batches of this name"
  lines <- paste0("  ", batch_lines(existing))
  if (interactive()) {
    cat(message, lines, "", sprintf("  %-10s %s", names(answers), answers), sep = "\n")
    answer <- tolower(trimws(readline("Type one of these, or nothing to leave it: ")))
    second <- answer != "allow" ||
      tolower(trimws(readline("This runs the same work twice. Type yes to add it: "))) == "yes"
    if (answer %in% names(answers) && second) return(answer)
  }
  choices <- sprintf("  if_exists = %-12s %s", paste0("\"", names(answers), "\""), answers)
  refuse("duplicate", paste(c(message, lines, "Choose one:", choices), collapse = "\n"), existing = existing)
}
