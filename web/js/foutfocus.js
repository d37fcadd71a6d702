// Moves the focus to the error summary once the page is there, so that it is read out and seen first.
document.querySelector("[data-foutsamenvatting]")?.focus();
