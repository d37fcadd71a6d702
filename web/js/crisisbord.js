// Keeps the crisis board up to date: the server sends the live part when something happened and every minute, and a beat
// in between. A screen that hears nothing says so. Without this file a link reads the page again.
(() => {
  "use strict";

  // A beat comes every ten seconds; after two that did not come the line is gone.
  const SILENCE_MS = 25000;
  const SOUND = "crisisbord-geluid";
  const live = document.querySelector("[data-bord]");
  const text = document.querySelector("[data-bordtekst]");
  if (!live || !text || !window.EventSource) return;
  const state = document.querySelector("[data-bordstand]");
  const announce = document.querySelector("[data-bordomroep]");
  const pause = document.querySelector("[data-bordpauze]");
  const sound = document.querySelector("#bordgeluid");
  const title = document.title;
  let newest = Number(live.dataset.bordnummer);
  let shownAt = text.textContent.replace("Stand van ", "");
  let waiting = null;
  let paused = false;
  let silence;
  let source;
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

  const heard = (at) => {
    clearTimeout(silence);
    silence = setTimeout(lost, SILENCE_MS);
    if (at) shownAt = at;
    say(paused ? `Gepauzeerd, stand van ${shownAt}` : `Live. Bijgewerkt om ${shownAt}`, paused ? "pauze" : "live");
  };

  // Who is signed out gets no more, and the line is not tried again. Everything else mends itself.
  const ended = (reason) => {
    if (reason !== "uitgelogd") return;
    clearTimeout(silence);
    source.close();
    say(`U bent uitgelogd, stand van ${shownAt}. `, "weg");
    const link = document.createElement("a");
    link.className = "app-link";
    link.href = "/inloggen?terug=/crisis";
    link.textContent = "Log weer in";
    text.append(link);
    announce.textContent = "U bent uitgelogd.";
  };

  const lost = () => {
    say(`Verbinding weg, stand van ${shownAt}`, "weg");
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
  };

  const beep = () => {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.value = 0.15;
    tone.frequency.value = 880;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.5);
  };

  const alarm = () => {
    if (!sound.checked) return;
    alarms += 1;
    document.title = `(${alarms} acuut) ${title}`;
    beep();
  };

  const connect = () => {
    source = new EventSource(live.dataset.bord);
    source.addEventListener("bord", (event) => {
      newest = Number(event.lastEventId);
      if (paused) waiting = event.data;
      else show(event.data);
      heard();
    });
    source.addEventListener("hart", (event) => heard(JSON.parse(event.data).om));
    source.addEventListener("einde", (event) => ended(JSON.parse(event.data).reden));
    source.addEventListener("nieuws", (event) => {
      const news = JSON.parse(event.data);
      if (news.nummer && news.nummer <= newest) return;
      announce.textContent = news.tekst;
      if (news.acuut) alarm();
    });
    source.addEventListener("error", lost);
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
    heard();
  });

  document.querySelector("[data-bordgeluid]").hidden = false;
  sound.checked = localStorage.getItem(SOUND) === "aan";
  sound.addEventListener("change", () => {
    localStorage.setItem(SOUND, sound.checked ? "aan" : "uit");
    if (sound.checked) beep();
  });
  // Who looks again has seen it.
  window.addEventListener("focus", () => {
    alarms = 0;
    document.title = title;
  });

  connect();
})();
