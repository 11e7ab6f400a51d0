// The form that takes a sheet of certificates: says which file was chosen.

const input = document.getElementById("sheet");
const picked = () => {
  document.getElementById("sheet-picked").textContent = input.files[0]?.name ?? "";
};

input.addEventListener("change", picked);
picked(); // what was chosen before this ran
