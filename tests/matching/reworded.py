"""Proposals of the demo region in other words, and in English: what a second post of the same need looks like."""

from __future__ import annotations

from typing import NamedTuple


class Reworded(NamedTuple):
    """The same as a proposal of the demo region, by its reference."""

    reference: str
    kind: str
    title: str
    summary: str
    description: str


IN_OTHER_WORDS = (
    Reworded(
        "VF-AGR-004",
        "TR",
        "Individuare il mais contaminato da micotossine allo scarico",
        "Un mangimificio cerca uno strumento veloce che individui e scarti la granella con aflatossine o "
        "fumonisine mentre i camion scaricano, per almeno 40 tonnellate all'ora.",
        "Nella stagione della raccolta riceviamo anche centoventi rimorchi al giorno. Ne campioniamo uno per "
        "uno, ma i kit che usiamo rispondono dopo mezz'ora e la contaminazione è a macchie: bastano pochi "
        "chicchi per scartare la partita. Valutiamo due soluzioni: un'analisi sicura in cinque minuti alla "
        "pesa oppure una cernita dei chicchi peggiori prima del silo. Il sistema deve resistere alla polvere,"
        " calibrarsi facilmente e tracciare i risultati per i controlli. Mettiamo a disposizione mais di tre "
        "annate e un luogo di prova.",
    ),
    Reworded(
        "VF-MOB-008",
        "TR",
        "Diagnosi delle ruote dei tram quando rientrano in deposito",
        "L'esercente di una tranvia vuole un impianto fisso che misuri o ascolti i carrelli di passaggio e "
        "indichi ruota per ruota spiattellamenti, consumo e cuscinetti da cambiare, con i mezzi in movimento.",
        "La flotta conta ventisei tram e il tornio a fossa non basta. Oggi le ruote si controllano ogni "
        "seimila chilometri, per alcune troppo presto e per altre tardi, mentre i residenti si lamentano di "
        "rumore e vibrazioni. Si può pensare ad accelerometri, microfoni o fibra ottica sul binario "
        "d'ingresso, che riconoscano il veicolo e preparino ogni giorno la lista degli interventi. I tram "
        "passano a dieci o venti all'ora su una curva leggera, sotto la pioggia. Diamo otto anni di dati "
        "delle tornature e l'accesso di notte.",
    ),
    Reworded(
        "VF-SMA-001",
        "TR",
        "Luce stradale regolata sulla presenza di pedoni e veicoli",
        "Una società di servizi pubblici cerca un sistema che regoli trentamila lampioni secondo chi passa "
        "davvero, persone o veicoli, e che lavori con apparecchi di più marche.",
        "I led ci sono già e il flusso cala a orari fissi: così di notte illuminiamo strade deserte e a volte"
        " lasciamo al buio strade piene. Serve una regolazione sul posto, in meno di un secondo, che continui"
        " anche senza collegamento al centro. I sensori distinguano pedoni, auto e animali senza riprendere "
        "immagini e durino dieci anni sul palo. Gli apparecchi sono di undici modelli, quindi interfacce "
        "aperte. Si comincia da due quartieri, una ciclabile e un'area industriale, misurando consumi e "
        "sicurezza.",
    ),
    Reworded(
        "VF-ADV-002",
        "TR",
        "Prevedere la rottura dei mandrini delle macchine utensili",
        "Un'officina con trenta macchine utensili cerca un sistema che avverta in tempo dell'usura dei "
        "cuscinetti dei mandrini, da montare anche sulle macchine vecchie senza intervenire sul controllo "
        "numerico.",
        "Quando un mandrino si blocca restiamo fermi nove giorni in attesa di un ricambio estero. La "
        "sostituzione a calendario arriva troppo presto o troppo tardi. Chiediamo di sapere con settimane di "
        "anticipo quale mandrino cede e quanta vita gli resta. Le macchine hanno sei marche e poche uscite "
        "digitali. La soluzione va aggiunta fuori, deve separare il rumore di taglio dal danno e parlare al "
        "capo reparto con un semaforo e una data. Offriamo un anno di prove.",
    ),
)

IN_ENGLISH = (
    Reworded(
        "VF-AGR-004",
        "TR",
        "Recognising maize with mycotoxins on line at delivery",
        "A feed mill seeks a quick instrument to find and separate grain contaminated with aflatoxins and "
        "fumonisins while it is unloaded, at no less than 40 tonnes an hour.",
        "During the harvest up to a hundred and twenty trailers arrive a day. We take a sample of each, but "
        "today's kits answer when the truck has been waiting for half an hour, and contamination comes in "
        "patches: a few kernels may fail a whole lot. Two ways interest us, also separately: a reliable "
        "analysis in less than five minutes at the weighbridge, and sorting that removes the worst kernels "
        "before storage. It must stand dust, be easy to calibrate and trace its results for official "
        "controls. We offer real grain of three harvests and a sheltered place for trials.",
    ),
    Reworded(
        "VF-MOB-008",
        "TR",
        "Recognising faulty tram wheels on return to the depot",
        "A tramway operator seeks a fixed system that listens to or measures passing bogies and reports "
        "flats, wear and faulty bearings, wheel by wheel, without stopping the vehicles.",
        "We have twenty-six trams and a pit lathe that is always busy. Wheels are checked every six thousand "
        "kilometres, too early for some and late for others; meanwhile noise and vibration disturb the "
        "residents. We think of microphones, accelerometers or optical fibre laid on the entry track, with "
        "automatic recognition of the vehicle and a daily list of recommended work. Speed is ten to twenty "
        "kilometres an hour, the track bends slightly and lies in the rain. We give eight years of lathe "
        "records, access at night and a technician.",
    ),
    Reworded(
        "VF-SMA-001",
        "TR",
        "Street lighting that adapts to who passes",
        "A public utility seeks a system to dim thirty thousand street lamps by the real presence of people "
        "and vehicles, compatible with luminaires of different makes.",
        "We have already changed the lamps to LED and dim them at fixed hours: at night we light empty "
        "streets, and on some evenings leave crowded ones dark. We want local control that reacts in less "
        "than a second and works when the link to the centre fails. Sensors must tell a pedestrian from a car"
        " or a cat, take no pictures and last ten years on the pole. Control must use open interfaces, since "
        "the luminaires are of eleven models. First lot: two districts, a cycle path and an industrial area. "
        "We also ask for a measurement of consumption and perceived safety.",
    ),
    Reworded(
        "VF-ADV-002",
        "TR",
        "Noticing failures of machining-centre spindles in advance",
        "A workshop with thirty machine tools of different age seeks a system that warns in time of worn "
        "spindle bearings and can be fitted to old machines without touching the numerical control.",
        "A spindle that suddenly locks costs us nine days of standstill on average and a spare part from "
        "abroad. Today we replace by calendar, often too early, sometimes too late. We would like to know "
        "weeks before which spindle is failing and how much time is left. The machines are of six makes, some"
        " from 1998, with few digital outputs. We look for something added from outside that tells the noise "
        "of cutting from real damage and that a foreman understands: a traffic light and a date, not a chart."
        " We are available as a test site for a whole year.",
    ),
)
