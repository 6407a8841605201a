"""Passwords of twelve characters and more that guessers try first; compared in small letters, without spaces."""

from __future__ import annotations

_WORDS = """
    123456789012 1234567890123 12345678901234 123456789012345 1234567890123456 0123456789012 012345678901
    1234567891011 123123123123 098765432109 987654321098 112233445566 111222333444 102030405060 147258369147
    qwertyuiopas qwertyuiop12 qwertyuiop123 qwertyuiop1234 qwertyuiop[] qwerty123456 qwerty1234567 qwertyqwerty
    1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc 1qaz2wsx3edc4rfv qazwsxedcrfv qazwsx123456 zaq12wsxcde3 asdfghjkl123
    asdfghjklqwe zxcvbnm12345 zxcvbnm123456 zxcvbnmasdfgh poiuytrewqas mnbvcxzlkjhg abcdefghijkl abcdefghijklm
    abcd12345678 abc123456789 a123456789012 a1b2c3d4e5f6 aa123456789a aaaa11112222
    passwordpassword password1234 password12345 password123456 password2024 password2025 password2026 passw0rd1234
    p@ssw0rd1234 p@ssword1234 passwordabc1 mypassword123 mypassword12 thisismypassword changemechangeme changeme1234
    changemenow1 letmeinletmein letmein12345 letmeinplease welcome12345 welcome123456 welcomewelcome welcome2024
    welcome2025! welcome2026! adminadminadmin administrator administrator1 administrator123 admin1234567 admin12345678
    adminpassword superadmin123 rootrootroot rootpassword toor12345678 iloveyou1234 iloveyou12345 iloveyouforever
    trustno1trustno1 correcthorsebatterystaple sunshine1234 princess1234 football1234 baseball1234 superman1234
    batman123456 dragon123456 monkey123456 master123456 michael12345 jordan232323 charlie12345 starwars1234
    whatever1234 computer1234 internet1234 samsung12345 liverpool123 chelsea12345 barcelona123 realmadrid12
    juventus1897 juventus1234 forzajuventus forzamilan12 forzainter12 forzainter1908 forzanapoli1 forzaroma123
    forzamilan1899 napoli192619 ciaociaociao ciaobella123 ciaociao1234 ciao12345678 amoremio1234 amoremioamore
    tiamotiamotiamo tiamo1234567 buongiorno12 buongiorno123 benvenuto123 benvenuto1234 benvenuto2025 benvenuto2026
    francesca123 francesco123 alessandro12 alessandro123 alessandra12 giuseppe1234 giovanni1234 valentina123
    stellastella stellina1234 principessa1 principessa12 cambiami1234 cambiamicambiami miapassword1 miapassword123
    lamiapassword passwordsicura passworditalia italia123456 italia2006italia milano123456 bologna12345 segreto12345
    segretosegreto nonloso12345 nonmelaricordo abbinaabbina abbina123456 abbina2025abbina abbina2026abbina
    enterpriseeurope innovazione1 innovazione123 innovation12 innovation123
"""
COMMON = frozenset(_WORDS.split())
