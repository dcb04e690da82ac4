# The way to `slipway serve` over HTTP, for instance through `ssh -L`.

server <- function(url, token) {
  parts <- regmatches(url, regexec("^http://(\\[[^]]+\\]|[^:/?]+)(?::([0-9]+))?(?:/?(?:\\?(.*))?)$", url, perl = TRUE))[[1]]
  if (length(parts) == 0) refuse("usage", paste(url, "is no address such as http://127.0.0.1:4600/?token=..."))
  host <- gsub("[][]", "", parts[[2]])
  port <- if (nzchar(parts[[3]])) as.integer(parts[[3]]) else 80L
  place <- paste0(parts[[2]], if (nzchar(parts[[3]])) paste0(":", parts[[3]]))
  given <- sub("^(.*&)?token=([^&]*).*$", "\\2", parts[[4]])

  # HTTP/1.0: the other end answers in one piece and hangs up.
  send <- function(path, body = NULL, headers = character()) {
    connection <- tryCatch(
      suppressWarnings(socketConnection(host, port, blocking = TRUE, open = "r+b", timeout = 120)),
      error = function(condition) refuse("unreachable", paste0("http://", place, " can't be reached"))
    )
    on.exit(close(connection))
    bytes <- if (is.null(body)) raw() else charToRaw(enc2utf8(body))
    head <- c(
      paste(if (is.null(body)) "GET" else "POST", path, "HTTP/1.0"), paste("host:", place), "x-slipway: 1",
      if (!is.null(body)) c("content-type: application/json", paste("content-length:", length(bytes))), headers
    )
    writeBin(c(charToRaw(paste0(paste(head, collapse = "\r\n"), "\r\n\r\n")), bytes), connection)
    pieces <- list()
    repeat {
      piece <- readBin(connection, "raw", 65536)
      if (length(piece) == 0) break
      pieces[[length(pieces) + 1]] <- piece
    }
    split_answer(do.call(c, pieces))
  }

  access <- if (!is.null(token)) {
    paste("authorization: Bearer", token)
  } else {
    cookie <- grep("^set-cookie:", send(paste0("/?token=", given))$head, ignore.case = TRUE, value = TRUE)
    if (length(cookie) == 0) {
      refuse("unreachable", "this address is not valid any more: use the one that slipway serve printed last")
    }
    paste("cookie:", sub(";.*", "", sub("^set-cookie: *", "", cookie[[1]], ignore.case = TRUE)))
  }

  invoke <- function(name, input) {
    answer <- parse(send(paste0("/api/invoke/", name), to_json(input), access)$text)
    if (isTRUE(answer$ok)) answer$value else refuse_as(answer$error)
  }

  structure(class = "slipway_connection", list(
    about = paste0("http://", place),
    preview = function(request) invoke("preview", without_file(request)),
    submit = function(request, if_exists, skip_done) {
      invoke("enqueue", c(without_file(request), ifExists = if_exists, skipDone = skip_done))
    },
    batches = function(all, search) invoke("list", c(list(all = all, cleared = TRUE), search = search))$batches,
    batch = function(ref) invoke("show", list(batch = ref))$batch,
    jobs = function(ref, status) {
      jobs <- list()
      after <- 0
      while (!is.null(after)) {
        input <- list(batch = ref, after = after, limit = 10000)
        if (!is.null(status)) input$status <- as.list(status)
        page <- invoke("jobs", input)
        jobs <- c(jobs, page$jobs)
        after <- page$`next`
      }
      jobs
    },
    log = function(ref, job, attempt, everything) {
      if (everything) {
        which <- paste0("/api/log?batch=", ref, "&job=", job, if (!is.null(attempt)) paste0("&attempt=", attempt))
        return(send(which, headers = access)$text)
      }
      invoke("log", c(list(batch = ref, job = job, from = -1e6, length = 1e6), attempt = attempt))$text
    },
    change = function(command, ref, options) {
      names(options) <- sub("^if_exists$", "ifExists", sub("^job$", "jobs", names(options)))
      if (!is.null(options$jobs)) {
        options$jobs <- lapply(options$jobs, function(one) invoke("job", list(batch = ref, job = one))$job$id)
      }
      invoke(command, c(list(batch = ref), options))$batches[[1]]
    },
    summary = function(ref) invoke("summary", list(batch = ref))$summary,
    follow = function(ref, timeout, work, take) {
      began <- proc.time()[["elapsed"]]
      repeat {
        batch <- invoke("show", list(batch = ref))$batch
        if (batch$status %in% final_statuses) return(take(list(type = "end", batches = list(batch))))
        take(list(type = "progress", batch = batch, sentence = invoke("list", list(limit = 1))$sentence))
        if (!is.null(timeout) && proc.time()[["elapsed"]] - began > timeout) {
          refuse("timed-out", sprintf("#%d not done after %g s", batch$number, timeout))
        }
        Sys.sleep(0.5)
      }
    }
  ))
}

without_file <- function(request) {
  if (!is.null(request$table)) {
    refuse("usage", "a server takes at most some thousand inputs, and no rows: use the command line where it runs")
  }
  list(adHoc = list(folder = request$folder, document = list(batches = list(request$batch))))
}

# The header lines and the text of an answer.
split_answer <- function(bytes) {
  # No line of a header is longer than what this looks at.
  start <- bytes[seq_len(min(length(bytes), 65536))]
  text <- rawToChar(start[start != as.raw(0)])
  end <- regexpr("\r\n\r\n", text, fixed = TRUE, useBytes = TRUE)
  if (end < 0) refuse("unreachable", "the other end is no server of Slipway")
  body <- bytes[-seq_len(end + 3)]
  body <- rawToChar(body[body != as.raw(0)])
  Encoding(body) <- "UTF-8"
  list(head = strsplit(substr(text, 1, end - 1), "\r\n")[[1]], text = body)
}
