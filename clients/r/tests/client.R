# Run by `Rscript tests/client.R` with the package installed and SLIPWAY naming the program; stops at the first failure.
library(slipway)

script <- tempfile(fileext = ".R")
writeLines('for (word in commandArgs(TRUE)) cat(nchar(word, "bytes"), word, ""); if ("bad" %in% commandArgs(TRUE)) quit(status = 1)', script)
rscript <- file.path(R.home("bin"), "Rscript")
count <- 0

# A data folder and a current folder of its own for each test.
test <- function(name, body) {
  place <- tempfile("slipway {r}'s ")
  project <- file.path(place, "pro ject")
  dir.create(project, recursive = TRUE)
  before <- setwd(project)
  connection <- slipway_connect(home = file.path(place, "home"))
  tryCatch(body(connection), error = function(condition) {
    message("failed: ", name)
    stop(condition)
  }, finally = setwd(before))
  unlink(place, recursive = TRUE)
  count <<- count + 1
  cat("ok", name, "\n")
}

fails_as <- function(class, pattern, code) {
  caught <- tryCatch({ code; NULL }, error = function(condition) condition)
  stopifnot(inherits(caught, class), inherits(caught, "slipway_error"), grepl(pattern, conditionMessage(caught)))
  invisible(caught)
}

look <- function(connection, values, ...) {
  options <- utils::modifyList(list(name = "look", connection = connection), list(...))
  do.call(slipway_submit, c(list(c("sh", "-c", "echo \"looked at $1\"; test \"$1\" != bad", "sh", "{input}"), over = values), options))
}

test("hostile values reach the job as they are", function(connection) {
  hostile <- c("plain", " two  spaces ", "-rf", ":::", "a\nb\r\nc", "\"double\" and 'single'", "$(touch x) `y` !h",
               "{input} {{}} {", "back\\slash\\", "tab\t\u0001\u007f", "\u00e4 \u65e5\u672c \U1F600 \u2028", ",;#", "null")
  expected <- paste(nchar(hostile, "bytes"), hostile, "")
  check <- function(batch) {
    batch <- slipway_wait(batch, check = TRUE, progress = FALSE)
    stopifnot(identical(vapply(seq_along(hostile), function(job) slipway_log(batch, job), ""), expected))
  }
  words <- c("sh", "-c", "printf '%s %s ' $(printf %s \"$1\" | wc -c) \"$1\"", "sh")
  check(slipway_submit(c(words, "{input}"), over = hostile, name = "list", connection = connection))
  rows <- data.frame("a value" = hostile, unused = NA, check.names = FALSE)
  check(slipway_submit(c(words, "{a value}"), rows = rows, name = "rows", connection = connection))
  long <- rep(strrep("x", 4000), 60)
  long <- slipway_submit(c(words, "{}"), over = paste0(seq_along(long), long), name = "long", connection = connection)
  stopifnot(long$jobs[["total"]] == 60)
})

test("numbers are written as people write them", function(connection) {
  batch <- slipway_submit(c("echo", "{n}"), rows = data.frame(n = c(1e5, 0.1, 1e-7, 123456789012)), name = "n",
                          connection = connection)
  batch <- slipway_wait(batch, progress = FALSE)
  stopifnot(identical(vapply(1:4, function(job) slipway_log(batch, job), ""),
                      c("100000\n", "0.1\n", "0.0000001\n", "123456789012\n")))
  ranges <- slipway_submit(c("echo", "{value}"), range = c(0, 5), size = 3, name = "r", connection = connection)
  stopifnot(length(ranges) == 2, grepl("r 3-5 queued: 0 of 3", format(ranges[[2]])))
})

test("a batch runs while it is waited for, and knows what failed", function(connection) {
  batch <- look(connection, c("good", "bad", "fine"))
  stopifnot(batch$status == "queued", batch$number == 1)
  batch <- slipway_wait(batch, progress = FALSE)
  stopifnot(batch$status == "completed_with_errors", inherits(batch$created_at, "POSIXct"))
  failed <- slipway_failed(batch)
  stopifnot(nrow(failed) == 1, failed$job == 2, failed$input == "bad", failed$exit_code == 1)
  results <- slipway_results(batch)
  stopifnot(identical(results$input, c("good", "bad", "fine")), all(results$started_at <= results$completed_at))
  stopifnot(slipway_log(batch, 2) == "looked at bad\n", summary(batch)$jobs$failed == 1)
  stopifnot(format(batch) == "#1 pro ject / look completed with errors: 3 of 3, 1 failed")
  fails_as("slipway_batch_failed", "1 failed", slipway_wait(batch, check = TRUE, progress = FALSE))
  again <- slipway_wait(slipway_retry(batch), progress = FALSE)
  stopifnot(identical(slipway_results(again)$attempts, c(1L, 2L, 1L)))
  again <- slipway_wait(slipway_retry(again, jobs = 1), progress = FALSE)
  stopifnot(identical(slipway_results(again)$attempts, c(2L, 2L, 1L)))
})

test("a second batch of a name needs an answer, also when the first has ended", function(connection) {
  first <- slipway_wait(look(connection, c("a", "b")), progress = FALSE)
  caught <- fails_as("slipway_duplicate", "#1 +look +completed +2 of 2 +[0-9]{4}-", look(connection, c("a", "b")))
  stopifnot(caught$existing[[1]]$id == first$id, grepl("if_exists = \"remaining\"", conditionMessage(caught)))
  stopifnot(length(slipway_batches(all = TRUE, connection = connection)) == 1)
  stopifnot(look(connection, "a", if_exists = "return")$id == first$id)
  rest <- look(connection, c("a", "c"), if_exists = "remaining")
  stopifnot(identical(slipway_results(rest)$input, "c"))
  fails_as("slipway_duplicate", "already|exists|active", look(connection, "a", if_exists = "fail"))
  other <- look(connection, "a", if_exists = "allow")
  stopifnot(identical(other$data$duplicateOf, rest$id))
  stopifnot(slipway_refresh(rest)$status == "queued")
  look(connection, "a", if_exists = "replace")
  stopifnot(slipway_refresh(rest)$status == "cancelled")
})

test("pause, resume and cancel answer with the batch as it is then", function(connection) {
  batch <- slipway_pause(look(connection, "a"))
  stopifnot(batch$status == "paused")
  stopifnot(slipway_resume(batch)$status == "queued")
  batch <- slipway_cancel(batch, "wrong input")
  stopifnot(batch$status == "cancelled", batch$reason == "wrong input")
  fails_as("slipway_not_possible", ".", slipway_cancel(batch))
  fails_as("slipway_not_found", "#9", slipway_batch(9, connection = connection))
  fails_as("slipway_timed_out", "not done after", slipway_wait(look(connection, "a"), timeout = 1, progress = FALSE))
})

test("the same goes over a server", function(connection) {
  home <- file.path(dirname(getwd()), "home")
  slipway <- paste0("SLIPWAY_HOME=", shQuote(home), " ", shQuote(Sys.getenv("SLIPWAY")))
  token <- jsonlite::fromJSON(system(paste(slipway, "token add r --scope steer --json"), intern = TRUE))$token
  server <- pipe(paste("echo $$; exec env", slipway, "serve --port 0 --json"), open = "r")
  pid <- as.integer(readLines(server, 1))
  on.exit({ tools::pskill(pid, tools::SIGINT); close(server) })
  url <- jsonlite::fromJSON(readLines(server, 1))$url
  there <- slipway_connect(sub("[?].*", "", url), token)
  hostile <- c("-x", "a\nb", "\u00e4 \U1F600 {input}", "bad")
  batch <- slipway_wait(look(there, hostile), progress = FALSE)
  stopifnot(identical(slipway_results(batch)$input, hostile), slipway_failed(batch)$job == 4)
  stopifnot(slipway_log(batch, 3) == "looked at \u00e4 \U1F600 {input}\n", slipway_log(batch, 2, everything = TRUE) == "looked at a\nb\n")
  fails_as("slipway_duplicate", "#1 +look", look(there, hostile))
  stopifnot(slipway_retry(batch, jobs = 4)$status != "completed_with_errors", summary(slipway_wait(batch, progress = FALSE))$run == 2)
  watching <- slipway_connect(url)
  stopifnot(length(slipway_batches(all = TRUE, connection = watching)) == 1)
  fails_as("slipway_untrusted", ".", look(watching, "a", name = "other"))
  fails_as("slipway_unreachable", "can't be reached", slipway_connect("http://127.0.0.1:9/?token=x"))
})

test("a wait ends where nothing can run", function(connection) {
  batch <- look(connection, "a")
  home <- file.path(dirname(getwd()), "home")
  system(paste0("SLIPWAY_HOME=", shQuote(home), " ", shQuote(Sys.getenv("SLIPWAY")), " pause"), ignore.stdout = TRUE)
  fails_as("slipway_nothing_can_run", "paused", slipway_wait(batch, progress = FALSE))
})

test("mistakes are conditions, and nothing is created", function(connection) {
  submit <- function(...) slipway_submit(..., name = "x", connection = connection)
  fails_as("slipway_usage", "missing \\(NA\\) at place 2", submit(c("echo", "{a}"), rows = data.frame(a = c("x", NA))))
  fails_as("slipway_usage", "can't be combined", submit(c("echo", "{input}"), over = "a", range = 1:3))
  fails_as("slipway_usage", "go up by one", submit(c("echo", "{value}"), range = c(1, 3, 5)))
  fails_as("slipway_usage", "over is empty", submit(c("echo", "{input}"), over = character()))
  fails_as("slipway_invalid_configuration", "\\{inptu\\}", submit(c("echo", "{inptu}"), over = "a"))
  fails_as("slipway_usage", "vector of words", submit("echo {input}", over = "a"))
  fails_as("slipway_unreachable", "SLIPWAY", slipway_connect(command = "/no/slipway"))
  stopifnot(length(slipway_batches(all = TRUE, connection = connection)) == 0)
})

test("progress is a line for each status where there is no terminal", function(connection) {
  said <- character()
  withCallingHandlers(
    slipway_wait(look(connection, "a")),
    message = function(condition) {
      said <<- c(said, trimws(conditionMessage(condition)))
      invokeRestart("muffleMessage")
    }
  )
  stopifnot(said[[1]] == "#1 pro ject / look queued: 0 of 1", said[[length(said)]] == "#1 pro ject / look completed: 1 of 1")
})

cat(count, "tests passed\n")
