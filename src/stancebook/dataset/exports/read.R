# Reads the tables of this folder with base R. In R: source("path/of/the/folder/read.R", chdir = TRUE)
#
# It makes the list `tables`, one data frame a table, and the data frame `codebook`. Vocabularies become factors with
# their values in order, ordered factors where the order is a scale; dates become Date, moments POSIXct in UTC, true and
# false logical, whole numbers integer (numeric where one is too large). An empty field is NA, and "" an empty text.

stancebook <- local({
  # read.csv takes quoted and empty fields for the same, and changes line ends in texts.
  read_fields <- function(file) {
    bytes <- readBin(file, "raw", file.size(file))
    bytes <- c(charToRaw("\r\n"), bytes[seq_len(length(bytes) - 2L)])
    field <- "(?:\r\n|,)(?:\"(?:[^\"]++|\"\")*+\"|[^,\"\r\n]*+)"
    found <- gregexpr(field, rawToChar(bytes), perl = TRUE, useBytes = TRUE)[[1]]
    first <- as.integer(found)
    last <- first + attr(found, "match.length") - 1L
    starts_row <- bytes[first] == as.raw(0x0d)
    first <- first + ifelse(starts_row, 2L, 1L)
    quoted <- first <= last & bytes[pmin(first, length(bytes))] == as.raw(0x22)

    row <- cumsum(starts_row)
    row_first <- first[starts_row]
    row_last <- last[c(which(starts_row)[-1] - 1L, length(last))]
    rows <- mapply(function(from, to) if (from > to) "" else rawToChar(bytes[from:to]), row_first, row_last)
    Encoding(rows) <- "bytes"
    offset <- row_first[row] - 1L
    cells <- substring(rows[row], first + quoted - offset, last - quoted - offset)
    Encoding(cells) <- "UTF-8"
    cells[quoted] <- gsub("\"\"", "\"", cells[quoted], fixed = TRUE)
    cells[!quoted & cells == ""] <- NA
    matrix(cells, ncol = sum(row == 1L), byrow = TRUE)
  }

  read_frame <- function(file) {
    fields <- read_fields(file)
    frame <- as.data.frame(fields[-1, , drop = FALSE], stringsAsFactors = FALSE)
    names(frame) <- fields[1, ]
    frame
  }

  typed <- function(cells, entries) {
    switch(entries$type[1],
      nominal = factor(cells, levels = entries$value),
      ordinal = factor(cells, levels = entries$value, ordered = TRUE),
      date = as.Date(cells, format = "%Y-%m-%d"),
      datetime = as.POSIXct(cells, format = "%Y-%m-%dT%H:%M:%OSZ", tz = "UTC"),
      boolean = cells == "true",
      number = as.numeric(cells),
      integer = {
        numbers <- as.numeric(cells)
        if (all(abs(numbers) <= .Machine$integer.max, na.rm = TRUE)) as.integer(numbers) else numbers
      },
      cells
    )
  }

  # The codebook has another name where a table is called so: it is the file with these columns.
  header <- "table,column,title,type,definition,value,value_definition,order"
  files <- list.files(pattern = "\\.csv$")
  is_codebook <- vapply(files, function(file) identical(readLines(file, 1L, warn = FALSE), header), logical(1))
  codebook <- read_frame(files[is_codebook][1])
  codebook$order <- as.integer(codebook$order)

  tables <- lapply(split(codebook, factor(codebook$table, unique(codebook$table))), function(entries) {
    frame <- read_frame(paste0(entries$table[1], ".csv"))
    for (column in names(frame)) {
      frame[[column]] <- typed(frame[[column]], entries[entries$column %in% column, ])
    }
    frame
  })
  list(tables = tables, codebook = codebook)
})
tables <- stancebook$tables
codebook <- stancebook$codebook
rm(stancebook)

for (name in names(tables)) {
  cat(sprintf("read %7d rows of %s\n", nrow(tables[[name]]), name))
}
