// Keeps the crisis board up to date: the server sends the live part when something happened and every minute, and a beat
// in between. A screen that hears nothing says so and takes a new line, on which it hears what it missed: it names the
// newest line it has shown, from the moment the page was drawn. Without this file a link reads the page again.
(() => {
  "use strict";

  // A beat comes every ten seconds; after two that did not come the line is gone.
  const SILENCE_MS = 25000;
  // A line that worked until now is tried again at once; one that does not come about only now and then.
  const SOON_MS = 500;
  const LATER_MS = 5000;
  const WARNING = "crisisbord-geluid";
  const live = document.querySelector("[data-bord]");
  const text = document.querySelector("[data-bordtekst]");
  if (!live || !text || !window.EventSource) return;
  const state = document.querySelector("[data-bordstand]");
  const announce = document.querySelector("[data-bordomroep]");
  const pause = document.querySelector("[data-bordpauze]");
  const warning = document.querySelector("#bordgeluid");
  const mute = document.querySelector("[data-bordstil]");
  const title = document.title;
  let newest = Number(live.dataset.bordnummer);
  let shownAt = text.textContent.replace("Stand van ", "");
  let waiting = null;
  let paused = false;
  let silence;
  let again;
  let failed = false;
  let current = true;
  let source;
  let audio;
  let alarms = 0;

  const show = (html) => {
    const id = document.activeElement?.id;
    const inside = live.contains(document.activeElement);
    live.innerHTML = html;
    if (inside && id) document.getElementById(id)?.focus({ preventScroll: true });
  };

  const say = (words, style) => {
    text.textContent = words;
    state.dataset.bordstand = style;
  };

  const listen = () => {
    clearTimeout(silence);
    silence = setTimeout(lost, SILENCE_MS);
  };

  // What is on a screen that waits is as old as when it began to wait, whatever the server says since.
  const heard = (beat) => {
    listen();
    failed = false;
    if (beat) current = beat.actueel;
    if (beat && !paused) shownAt = beat.om;
    if (paused) say(`Gepauzeerd, stand van ${shownAt}`, "pauze");
    else if (current) say(`Live. Bijgewerkt om ${shownAt}`, "live");
    else say(`De gegevens zijn even niet te lezen, stand van ${shownAt}`, "weg");
  };

  const hangUp = () => {
    clearTimeout(silence);
    clearTimeout(again);
    source?.close();
  };

  // Who is signed out gets no more, and the line is not tried again. Everything else mends itself.
  const ended = (reason) => {
    if (reason !== "uitgelogd") return;
    hangUp();
    say(`U bent uitgelogd, stand van ${shownAt}. `, "weg");
    const link = document.createElement("a");
    link.className = "app-link";
    link.href = "/inloggen?terug=/crisis";
    link.textContent = "Log weer in";
    text.append(link);
    announce.textContent = "U bent uitgelogd.";
  };

  // A line can be dead while the browser thinks it is open, and one that was refused is never tried again by itself: so
  // every line that is lost is given up, and a new one taken.
  const lost = () => {
    hangUp();
    say(`Verbinding weg, stand van ${shownAt}`, "weg");
    again = setTimeout(connect, failed ? LATER_MS : SOON_MS);
    failed = true;
  };

  // A browser allows no sound before somebody has done something on the page.
  const maySound = () => navigator.userActivation?.hasBeenActive ?? true;

  const beep = () => {
    if (!maySound()) return;
    audio ??= new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.value = 0.15;
    tone.frequency.value = 880;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.5);
  };

  const tellMute = () => {
    mute.hidden = warning.value !== "aan" || maySound();
  };

  // Silent only by choice: what is not chosen warns.
  const alarm = () => {
    if (warning.value === "niets") return;
    alarms += 1;
    document.title = `(${alarms} acuut) ${title}`;
    if (warning.value === "aan") beep();
  };

  const connect = () => {
    hangUp();
    source = new EventSource(`${live.dataset.bord}?sinds=${newest}`);
    source.addEventListener("bord", (event) => {
      newest = Number(event.lastEventId);
      if (paused) waiting = event.data;
      else show(event.data);
      heard();
    });
    source.addEventListener("hart", (event) => heard(JSON.parse(event.data)));
    source.addEventListener("einde", (event) => ended(JSON.parse(event.data).reden));
    source.addEventListener("nieuws", (event) => {
      const news = JSON.parse(event.data);
      if (news.nummer && news.nummer <= newest) return;
      announce.textContent = news.tekst;
      if (news.acuut) alarm();
    });
    source.addEventListener("error", lost);
    // A line that never comes about is silent too.
    listen();
  };

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.querySelector(".nl-button__label").textContent = paused ? "Ga verder" : "Pauzeer";
    pause.setAttribute("aria-pressed", String(paused));
    if (!paused && waiting !== null) {
      show(waiting);
      waiting = null;
    }
    if (state.dataset.bordstand !== "weg") heard();
  });

  document.querySelector("[data-bordgeluid]").hidden = false;
  const chosen = localStorage.getItem(WARNING);
  warning.value = [...warning.options].some((option) => option.value === chosen) ? chosen : "aan";
  warning.addEventListener("change", () => {
    localStorage.setItem(WARNING, warning.value);
    if (warning.value === "aan") beep();
    tellMute();
  });
  tellMute();
  // Who looks again, or does something, has seen it.
  const seen = () => {
    alarms = 0;
    document.title = title;
    tellMute();
  };
  for (const name of ["focus", "pointerup", "keyup"]) window.addEventListener(name, seen);

  connect();
})();
