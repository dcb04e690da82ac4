# From R values to what Slipway reads: a table as CSV, a range as text. Values go in exactly or are refused.

as_texts <- function(values, where) {
  if (is.list(values)) values <- vapply(values, function(one) as_texts(one, where)[[1]], "")
  missing <- which(is.na(values))
  if (length(missing) > 0) refuse("usage", sprintf("%s is missing (NA) at place %d", where, missing[[1]]))
  texts <- if (is.numeric(values) && !inherits(values, c("Date", "POSIXct", "difftime", "factor"))) {
    vapply(values, number_text, "")
  } else {
    as.character(values)
  }
  texts <- enc2utf8(texts)
  if (!all(validUTF8(texts))) refuse("usage", paste(where, "is no valid text"))
  texts
}

# As short as it can be and still the same number; never 1e+05.
number_text <- function(value) {
  if (!is.finite(value)) return(as.character(value))
  for (digits in c(15, 17)) {
    text <- format(value, digits = digits, scientific = FALSE, trim = TRUE)
    if (as.numeric(text) == value) return(text)
  }
  as.character(value)
}

csv_of <- function(columns) {
  # Everything in quotes: what a field begins with, or has in it, is never read as anything else.
  quoted <- lapply(columns, function(texts) paste0("\"", gsub("\"", "\"\"", texts, fixed = TRUE), "\""))
  header <- paste0("\"", gsub("\"", "\"\"", names(columns), fixed = TRUE), "\"", collapse = ",")
  paste0(paste(c(header, do.call(paste, c(unname(quoted), sep = ","))), collapse = "\n"), "\n")
}

# A table with the column input, and value, its other name.
table_of_values <- function(texts) csv_of(list(input = texts, value = texts))

table_of_rows <- function(rows, used) {
  rows <- as.data.frame(rows, stringsAsFactors = FALSE)
  if (nrow(rows) == 0) refuse("usage", "rows is empty: there is no input")
  chosen <- intersect(names(rows), used)
  if (length(chosen) == 0) chosen <- names(rows)
  columns <- lapply(chosen, function(name) as_texts(rows[[name]], paste("column", name)))
  names(columns) <- enc2utf8(chosen)
  if (length(columns) > 1) return(csv_of(columns))
  # A line with one empty field would read as no row at all: a second column, which nothing names, keeps it.
  columns[[2]] <- rep("", nrow(rows))
  names(columns)[[2]] <- ""
  csv_of(columns)
}

range_text <- function(range) {
  if (is.character(range)) return(range)
  if (length(range) < 1 || any(range != round(range)) || (length(range) > 2 && any(diff(range) != 1))) {
    refuse("usage", "range must be its two ends, such as c(0, 99), or numbers that go up by one")
  }
  paste0(number_text(range[[1]]), "..", number_text(range[[length(range)]]))
}

# The names in braces; {} is {input}, and doubled braces are braces.
placeholders <- function(texts) {
  bare <- gsub("\\{\\{|\\}\\}", "", as.character(unlist(texts)))
  found <- unlist(regmatches(bare, gregexpr("\\{[^{}]*\\}", bare)))
  names <- substr(found, 2, nchar(found) - 1)
  unique(ifelse(names == "", "input", names))
}

# The words of a command, in which {} is {input}; with shell it is one line.
command_of <- function(command, shell) {
  words <- as_texts(command, "the command")
  if (length(words) == 0 || words[[1]] == "") {
    refuse("usage", 'the command is empty; write for instance c("Rscript", "score.R", "{input}")')
  }
  if (length(words) == 1 && !shell && grepl("[[:space:]]", trimws(words))) {
    refuse("usage", 'the command is a vector of words, such as c("Rscript", "score.R"); a line for the shell needs shell = TRUE')
  }
  # Doubled braces stay as they are.
  words <- gsub("(\\{\\{|\\}\\})|\\{\\}", "\\1{input}", words)
  words <- gsub("(\\{\\{|\\}\\})\\{input\\}", "\\1", words)
  if (shell && length(words) == 1) words else as.list(words)
}
