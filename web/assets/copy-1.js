// Copies the field a button stands beside. Without it the field is there to be selected.
document.documentElement.classList.add('can-copy');
document.addEventListener('click', async (event) => {
  const button = event.target.closest('button[data-copy]');
  if (button === null) return;
  const field = document.getElementById(button.dataset.copy);
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand('copy'); // where the page is not served safely there is no other way
  }
  button.textContent = button.dataset.done;
});
