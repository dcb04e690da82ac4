# What can go wrong, as conditions: class slipway_<code> for each error code of Slipway, and slipway_error for all.

refuse <- function(code, message, ...) {
  class <- c(paste0("slipway_", gsub("-", "_", code)), "slipway_error", "error", "condition")
  stop(structure(class = class, list(message = message, call = NULL, code = code, ...)))
}

# An error as Slipway reports it: code, message, and perhaps hint and problems.
refuse_as <- function(error) {
  problems <- vapply(error$problems, function(one) one$message, "")
  lines <- c(error$message, if (length(problems) > 1) paste0("  ", problems), error$hint)
  refuse(error$code, paste(lines, collapse = "\n"), problems = error$problems, details = error)
}
