// Names by which people look for a time zone: the IANA city, other large cities of the zone, and their Korean names.

/** zone, other English names, Korean names (the first one is shown). */
type Entry = [zone: string, english: string, korean: string];

const ENTRIES: Entry[] = [
  ['Asia/Seoul', 'Busan Incheon Korea', '서울 부산 인천 대한민국 한국'],
  ['Asia/Pyongyang', '', '평양'],
  ['Asia/Tokyo', 'Osaka Kyoto Japan', '도쿄 오사카 일본'],
  ['Asia/Shanghai', 'Beijing Shenzhen Guangzhou China', '상하이 베이징 선전 중국'],
  ['Asia/Hong_Kong', '', '홍콩'],
  ['Asia/Taipei', 'Taiwan', '타이베이 대만'],
  ['Asia/Singapore', '', '싱가포르'],
  ['Asia/Bangkok', 'Thailand', '방콕 태국'],
  ['Asia/Ho_Chi_Minh', 'Hanoi Saigon Vietnam', '호찌민 하노이 베트남'],
  ['Asia/Jakarta', 'Indonesia', '자카르타 인도네시아'],
  ['Asia/Manila', 'Philippines', '마닐라 필리핀'],
  ['Asia/Kuala_Lumpur', 'Malaysia', '쿠알라룸푸르 말레이시아'],
  ['Asia/Kolkata', 'Delhi Mumbai Bangalore Chennai Calcutta India', '콜카타 델리 뭄바이 벵갈루루 인도'],
  ['Asia/Kathmandu', 'Nepal', '카트만두 네팔'],
  ['Asia/Yangon', 'Rangoon Myanmar', '양곤 미얀마'],
  ['Asia/Dubai', 'Abu Dhabi Emirates', '두바이 아부다비'],
  ['Asia/Riyadh', 'Saudi Arabia', '리야드 사우디아라비아'],
  ['Asia/Jerusalem', 'Tel Aviv Israel', '예루살렘 텔아비브 이스라엘'],
  ['Asia/Ulaanbaatar', 'Mongolia', '울란바토르 몽골'],
  ['Asia/Vladivostok', '', '블라디보스토크'],
  ['Australia/Sydney', 'Canberra Australia', '시드니 캔버라 호주'],
  ['Australia/Melbourne', '', '멜버른'],
  ['Australia/Brisbane', '', '브리즈번'],
  ['Australia/Perth', '', '퍼스'],
  ['Pacific/Auckland', 'Wellington New Zealand', '오클랜드 뉴질랜드'],
  ['Pacific/Honolulu', 'Hawaii', '호놀룰루 하와이'],
  ['America/Los_Angeles', 'San Francisco Seattle San Jose Pacific PST', '로스앤젤레스 샌프란시스코 시애틀 산호세'],
  ['America/Denver', 'Mountain MST', '덴버'],
  ['America/Phoenix', 'Arizona', '피닉스'],
  ['America/Chicago', 'Dallas Houston Austin Central CST', '시카고 댈러스 휴스턴 오스틴'],
  ['America/New_York', 'Washington Boston Miami Atlanta Eastern EST', '뉴욕 워싱턴 보스턴 애틀랜타'],
  ['America/Toronto', 'Ottawa Montreal Canada', '토론토 오타와 몬트리올 캐나다'],
  ['America/Vancouver', '', '밴쿠버'],
  ['America/Mexico_City', '', '멕시코시티 멕시코'],
  ['America/Sao_Paulo', 'Rio de Janeiro Brasilia Brazil', '상파울루 브라질'],
  ['America/Argentina/Buenos_Aires', 'Argentina', '부에노스아이레스 아르헨티나'],
  ['Europe/London', 'Edinburgh Manchester UK Britain England', '런던 영국'],
  ['Europe/Dublin', 'Ireland', '더블린 아일랜드'],
  ['Europe/Lisbon', 'Portugal', '리스본 포르투갈'],
  ['Europe/Paris', 'Lyon France', '파리 프랑스'],
  ['Europe/Berlin', 'Munich Frankfurt Hamburg Cologne Germany', '베를린 뮌헨 프랑크푸르트 독일'],
  ['Europe/Madrid', 'Barcelona Spain', '마드리드 바르셀로나 스페인'],
  ['Europe/Rome', 'Milan Italy', '로마 밀라노 이탈리아'],
  ['Europe/Amsterdam', 'Netherlands', '암스테르담 네덜란드'],
  ['Europe/Brussels', 'Belgium', '브뤼셀 벨기에'],
  ['Europe/Zurich', 'Geneva Bern Switzerland', '취리히 제네바 스위스'],
  ['Europe/Vienna', 'Austria', '빈 오스트리아'],
  ['Europe/Prague', 'Czechia', '프라하 체코'],
  ['Europe/Warsaw', 'Krakow Poland', '바르샤바 폴란드'],
  ['Europe/Stockholm', 'Sweden', '스톡홀름 스웨덴'],
  ['Europe/Oslo', 'Norway', '오슬로 노르웨이'],
  ['Europe/Copenhagen', 'Denmark', '코펜하겐 덴마크'],
  ['Europe/Helsinki', 'Finland', '헬싱키 핀란드'],
  ['Europe/Athens', 'Greece', '아테네 그리스'],
  ['Europe/Istanbul', 'Ankara Turkey', '이스탄불 앙카라 튀르키예 터키'],
  ['Europe/Kyiv', 'Kiev Ukraine', '키이우 우크라이나'],
  ['Europe/Moscow', 'Russia', '모스크바 러시아'],
  ['Africa/Cairo', 'Egypt', '카이로 이집트'],
  ['Africa/Johannesburg', 'Cape Town South Africa', '요하네스버그 케이프타운'],
  ['Africa/Nairobi', 'Kenya', '나이로비 케냐'],
  ['Africa/Lagos', 'Nigeria', '라고스 나이지리아'],
  ['UTC', 'GMT universal', '협정 세계시'],
];

const BY_ZONE = new Map(ENTRIES.map(([zone, english, korean]) => [zone, { english, korean }]));

export function otherNames(zone: string): string {
  const entry = BY_ZONE.get(zone);
  return entry ? `${entry.english} ${entry.korean}` : '';
}

/** The Korean name of the zone's city, if it is a well-known one. */
export function koreanCity(zone: string): string | null {
  if (zone === 'UTC') return 'UTC';
  return BY_ZONE.get(zone)?.korean.split(' ')[0] ?? null;
}
